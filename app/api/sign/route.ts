import { endpoint } from "#lib/boundary/endpoint";
import { signSchema } from "#lib/people/sign-in.schema";
import { proveSignature } from "#lib/people/signing.commands";

export const POST = endpoint("device", signSchema, (device, input) =>
  proveSignature(device, input),
);
