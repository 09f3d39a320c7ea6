import NextAuth from "next-auth";
import { readable } from "#lib/boundary/auth-request";
import { authOptions } from "#lib/boundary/next-auth";

const handler = readable(NextAuth(authOptions));

export { handler as GET, handler as POST };
