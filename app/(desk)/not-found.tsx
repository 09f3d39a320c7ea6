import { NotFound } from "#components/desk/not-found";
import { currentActor } from "#lib/boundary/actor";
import { may } from "#lib/boundary/permissions";

export default async function NothingHere() {
  const actor = await currentActor();
  if (actor === null) return <NotFound reader="stranger" />;
  return <NotFound reader={may(actor, "traveler.read") ? "at_home" : "without_room"} />;
}
