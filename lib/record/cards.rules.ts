import { type Canonical, canonicalJson, canonicalSha256 } from "#lib/kit/canonical";
import type { PersonCard } from "#lib/people/schema";

export type CardSource = {
  id: string;
  name: string;
  employeeNumber: string;
  stamps: readonly { number: string; issuedOn: string; withdrawnOn: string | null }[];
  card: { hash: string; version: number } | null;
};

export type SealedCard = { hash: string; person: string; version: number; card: string };

/**
 * The card that names a person in an entry: the last version if it still says what is so on that
 * day, else the next one, which has to be written with the entry.
 */
export function cardOn(of: CardSource, day: string): { card: SealedCard; isNew: boolean } {
  const said = (version: number): PersonCard => ({
    person: of.id,
    version,
    name: of.name,
    employeeNumber: of.employeeNumber,
    stamps: of.stamps
      .filter((stamp) => stamp.issuedOn <= day && !(stamp.withdrawnOn && stamp.withdrawnOn <= day))
      .map((stamp) => stamp.number)
      .sort(),
  });
  if (of.card && canonicalSha256(said(of.card.version) as Canonical) === of.card.hash) {
    return { card: sealedCard(said(of.card.version)), isNew: false };
  }
  return { card: sealedCard(said((of.card?.version ?? 0) + 1)), isNew: true };
}

function sealedCard(card: PersonCard): SealedCard {
  return {
    hash: canonicalSha256(card as Canonical),
    person: card.person,
    version: card.version,
    card: canonicalJson(card as Canonical),
  };
}
