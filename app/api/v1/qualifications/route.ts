import { receiving } from "#lib/boundary/api";
import { localeFrom } from "#lib/messages/locales";
import { toldWords } from "#lib/messages/machine-words";
import { receiveQualifications } from "#lib/people/qualification-lists.commands";
import { listTypes } from "#lib/people/qualification-lists.rules";

/** Some thousand rows; more come in parts. */
const bytesMax = 2 * 1024 * 1024;

/** Who holds what, from the system that masters it: JSON, or CSV with the columns of the desk's own list. */
export const POST = receiving(
  "qualifications.write",
  async ({ caller, request, type, text }) => {
    const received = await receiveQualifications(caller, { type, text });
    if (!received.ok) {
      const { error } = received;
      if (error.code === "body_unreadable") {
        return { problem: error.code, status: 400, params: { problem: error.problem } };
      }
      if (error.code === "older_list") {
        return { problem: error.code, status: 409, params: { asOf: error.asOf } };
      }
      const params = { problem: error.errors[0]?.pointer ?? "" };
      return { problem: error.code, status: 422, params, errors: error.errors };
    }
    const locale = localeFrom(request.headers.get("accept-language")?.split(",") ?? []);
    const { asOf, rows, notTold } = received.value;
    const qualifications = rows.map(({ refusal, ...row }) => ({
      ...row,
      ...toldWords(locale, refusal?.code ?? row.state, refusal?.params ?? {}),
    }));
    return { status: 200, body: { asOf, qualifications, notTold } };
  },
  { types: listTypes, bytesMax },
);
