import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { BuyoffPaper } from "#components/desk/buyoff-paper";
import { Link } from "#components/desk/link";
import { Moment } from "#components/desk/moment";
import { PageHead } from "#components/desk/page-head";
import { SignBuyoff } from "#components/desk/sign-buyoff";
import { Stamp } from "#components/ui/stamp";
import { requireActor } from "#lib/boundary/actor";
import { commandPermissions, may } from "#lib/boundary/permissions";
import { plantPolicy } from "#lib/defects/queries";
import { isId } from "#lib/defects/schema";
import { canonicalSha256 } from "#lib/kit/canonical";
import { env } from "#lib/kit/env";
import { inLocale, type Locale } from "#lib/messages/locales";
import type { Actor } from "#lib/people/schema";
import {
  type BuyoffPlace,
  buyoffContent,
  buyoffsDue,
  type Chain,
  chainsOf,
  pendingAt,
  signatureAt,
} from "#lib/travelers/buyoffs.rules";
import { travelerRecord } from "#lib/travelers/history.queries";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("desk.sign"))("title") };
}

type Record = NonNullable<Awaited<ReturnType<typeof travelerRecord>>>;
type Asked = { chain: Chain; requirement: Chain["requirements"][number]; place: BuyoffPlace };

/** One buyoff: everything that is signed, and the place to sign it where that may be done from a desk. */
export default async function Buyoff({
  params,
}: {
  params: Promise<{ id: string; requirement: string }>;
}) {
  const actor = await requireActor("traveler.read");
  const { id, requirement: wanted } = await params;
  const record = isId(id) ? await travelerRecord(actor, id) : null;
  const asked = record && askedIn(record, wanted);
  if (!record || !asked) notFound();
  const [t, common] = await Promise.all([getTranslations("desk.sign"), getTranslations("common")]);
  const locale = (await getLocale()) as Locale;
  const { state, content } = record;
  const { chain, requirement, place } = asked;
  const signed = buyoffContent(state, content, place);
  const title = inLocale((chain.step ?? chain.operation).title, locale);
  return (
    <main className="px-4 py-5 sm:px-8 sm:py-7">
      <nav aria-label={t("crumbs")} className="mb-1 text-[14px] text-ink-2">
        <Link href="/buyoffs" className="underline-offset-4 hover:underline">
          {t("buyoffs")}
        </Link>{" "}
        /{" "}
        <Link href={`/travelers/${id}`} className="mono underline-offset-4 hover:underline">
          {state.unit.serial ?? state.unit.lot}
        </Link>
      </nav>
      <PageHead
        title={`${common(`buyoffType.${requirement.type}`)}: ${(chain.step ?? chain.operation).number} ${title}`}
        lead={t("of", {
          unit: state.unit.serial ?? state.unit.lot ?? "",
          order: state.workOrder,
          instruction: content.number,
          revision: content.revision,
        })}
      />
      <div className="grid items-start gap-4 min-[1180px]:grid-cols-[minmax(0,1.7fr)_minmax(320px,1fr)]">
        <BuyoffPaper signed={signed} content={content} />
        <div className="min-[1180px]:sticky min-[1180px]:top-5">
          <Signing
            actor={actor}
            record={record}
            asked={asked}
            contentSha256={canonicalSha256(signed)}
          />
        </div>
      </div>
    </main>
  );
}

function askedIn({ state, content }: Record, wanted: string): Asked | null {
  for (const chain of chainsOf(state, content)) {
    const requirement = chain.requirements.find(({ id }) => id === wanted);
    if (!requirement) continue;
    const place = {
      operation: chain.operation.id,
      step: chain.step?.id ?? null,
      requirement: requirement.id,
    };
    return { chain, requirement, place };
  }
  return null;
}

/** Who has signed; or where to sign; or why not here, not now, or not by you. */
async function Signing({
  actor,
  record,
  asked: { chain, requirement, place },
  contentSha256,
}: {
  actor: Actor;
  record: Record;
  asked: Asked;
  contentSha256: string;
}) {
  const [t, common, plant] = await Promise.all([
    getTranslations("desk.sign"),
    getTranslations("common"),
    plantPolicy(actor),
  ]);
  const { state, content } = record;
  const type = common(`buyoffType.${requirement.type}`);
  const done = signatureAt(state, place);
  if (done) {
    const name = record.people[done.person]?.name ?? "";
    return (
      <section className="flex items-center gap-5 rounded border-[1.5px] border-ok bg-sheet px-6 py-5">
        <Stamp
          number={
            done.stamp ??
            name
              .split(" ")
              .map(([initial]) => initial)
              .join("")
          }
          shape={["operator", "second_operator"].includes(requirement.type) ? "round" : "square"}
          state="signed"
          label={type}
          size={64}
        />
        <p>
          <b className="block text-[18px]">{t("signedBy", { person: name })}</b>
          <span className="mono text-[14px] text-ink-2">
            <Moment at={done.at} zone={plant.timeZone} shape="full" /> ·{" "}
            {common(`method.${done.method}`)}
          </span>
        </p>
      </section>
    );
  }
  const isDue = buyoffsDue(state, content).some(
    (due) => due.requirement.id === requirement.id && due.operation === place.operation,
  );
  const role = common(`role.${requirement.role}`);
  const why = !isDue
    ? t(pendingAt(state, place) ? "pending" : "notDue")
    : requirement.presence === "at_unit"
      ? t("atUnit", { type, workCenter: chain.operation.workCenter })
      : !(actor.roles.includes(requirement.role) && may(actor, commandPermissions.signBuyoff))
        ? t("otherRole", { role })
        : null;
  if (why !== null)
    return (
      <section className="rounded border-[1.5px] border-rule bg-sheet px-6 py-5 text-[16px]">
        <p>{why}</p>
      </section>
    );
  return (
    <SignBuyoff
      at={{ traveler: state.id, ...place, step: place.step ?? "" }}
      contentSha256={contentSha256}
      person={actor.name}
      isDemo={env.BUYOFF_DEMO}
    />
  );
}
