"use server";
import { cookies, headers } from "next/headers";
import { publicAction } from "#lib/boundary/action";
import { actorOfDevice, actorOfPresence, actorOfSeed } from "#lib/boundary/actor";
import { cookieAttributes, deskCookie } from "#lib/boundary/cookies";
import { deskCookieValue, sessionTokenOf } from "#lib/boundary/desk-cookie";
import { isOwnOrigin } from "#lib/boundary/origin";
import { ok } from "#lib/kit/result";
import { endDeskSession, signInAtDesk } from "./desk.commands.ts";
import { useSetupToken } from "./setup.commands.ts";
import { setUpForm } from "./setup.schema.ts";
import { deskSignInSchema } from "./sign-in.schema.ts";

/** Signs in at the desk. A session that was there before is ended, so that none can be planted. */
export const signIn = publicAction(deskSignInSchema, async (input) => {
  const [jar, asked] = [await cookies(), await headers()];
  const device = await actorOfDevice({ headers: asked as Headers });
  const session = await signInAtDesk(input, device, actorOfPresence);
  if (!session.ok) return session;
  await endSession(jar.get(deskCookie.name)?.value);
  jar.set(deskCookie.name, await deskCookieValue(session.value.token), cookieAttributes);
  return ok(null);
});

export async function signOut(): Promise<void> {
  if (!isOwnOrigin(await headers())) return;
  const jar = await cookies();
  await endSession(jar.get(deskCookie.name)?.value);
  jar.delete(deskCookie.name);
}

async function endSession(cookie: string | undefined): Promise<void> {
  const token = cookie ? await sessionTokenOf(cookie) : null;
  if (token) await endDeskSession(token);
}

export const setUp = publicAction(setUpForm, ({ token, administrator }) =>
  useSetupToken(token, administrator, (site) => actorOfSeed(site)),
);
