import { actorOfVerifier } from "#lib/boundary/actor";
import { endpoint } from "#lib/boundary/endpoint";
import { sealedSignatureSchema } from "#lib/people/sign-in.schema";
import { verifySealed } from "#lib/travelers/offline-signing.commands";

export const POST = endpoint("device", sealedSignatureSchema, (device, input) =>
  verifySealed(device, input, actorOfVerifier(device.site)),
);
