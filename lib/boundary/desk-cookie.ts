import "server-only";
import { decode, encode } from "next-auth/jwt";
import { keyFor } from "#lib/kit/keys";

const secret = () => keyFor("desk-session-cookie").toString("base64url");
const maxAge = 12 * 60 * 60;

/** The encrypted cookie of next-auth. It holds the session's opaque token and says nothing of a person. */
export const deskCookieValue = (token: string): Promise<string> =>
  encode({ token: { sid: token }, secret: secret(), maxAge });

export async function sessionTokenOf(cookie: string): Promise<string | null> {
  try {
    const said = await decode({ token: cookie, secret: secret() });
    return typeof said?.sid === "string" ? said.sid : null;
  } catch {
    // Not ours, altered or expired: nobody is signed in.
    return null;
  }
}
