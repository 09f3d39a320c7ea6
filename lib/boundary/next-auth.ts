import "server-only";
import type { AuthOptions } from "next-auth";
import { env } from "#lib/kit/env";
import { keyFor } from "#lib/kit/keys";
import { endDeskSession, signInAtDesk } from "#lib/people/desk.commands";
import { deskSignInSchema } from "#lib/people/sign-in.schema";
import { actorOfDevice, actorOfPresence } from "./actor.ts";
import { cookieAttributes, deskCookie } from "./cookies.ts";

// next-auth reads its own address from here alone, and from a request's headers otherwise, which
// anybody can write.
// biome-ignore lint/style/noProcessEnv: next-auth has no option for its address.
process.env.NEXTAUTH_URL ??= env.BUYOFF_ORIGIN;

/**
 * Who signs in at the desk. Single sign-on providers join here later; each ends in a row of
 * desk_sessions, whose token is all that the cookie holds.
 */
export const authOptions: AuthOptions = {
  secret: keyFor("desk-session-cookie").toString("base64url"),
  session: { strategy: "jwt", maxAge: 12 * 60 * 60, updateAge: 60 * 60 },
  pages: { signIn: "/sign-in", error: "/sign-in" },
  cookies: { sessionToken: { name: deskCookie.name, options: cookieAttributes } },
  providers: [
    {
      id: "credentials",
      name: "Credentials",
      type: "credentials",
      credentials: {},
      authorize: async (credentials, request) => {
        const input = deskSignInSchema.safeParse(credentials);
        if (!input.success) return null;
        const asked = new Headers({ cookie: String(request.headers?.cookie ?? "") });
        const device = await actorOfDevice({ headers: asked });
        const session = await signInAtDesk(input.data, device, actorOfPresence);
        return session.ok ? { id: session.value.token } : null;
      },
    },
  ],
  callbacks: {
    jwt: ({ token, user }) => ({ sid: user ? user.id : token.sid }),
    // The browser learns when it ends, and nothing else.
    session: ({ session }) => ({ expires: session.expires }),
  },
  events: {
    signOut: async ({ token }) => {
      if (typeof token?.sid === "string") await endDeskSession(token.sid);
    },
  },
};
