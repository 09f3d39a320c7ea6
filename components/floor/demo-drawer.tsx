"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#components/ui/button";
import { Dialog } from "#components/ui/dialog";
import { useDeliverScan } from "./scanning.tsx";
import { useTablet } from "./tablet-context.tsx";

/** In the demo a tap stands in for the scanner: badges and labels, on every screen. */
export function DemoButton({ className = "" }: { className?: string }) {
  const t = useTranslations("floor.demo");
  const { view } = useTablet();
  const [isOpen, setOpen] = useState(false);
  if (view.demo === null) return null;
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className={`flex min-h-touch items-center gap-2.5 rounded border-2 border-dashed border-edge bg-sheet px-4 text-[15px] leading-tight font-[650] text-ink-2 ${className}`}
      >
        <Barcode />
        {t("open")}
      </button>
      {isOpen ? <Drawer onClose={() => setOpen(false)} /> : null}
    </>
  );
}

const Barcode = () => (
  <svg
    aria-hidden
    viewBox="0 0 30 22"
    width="30"
    height="22"
    fill="currentColor"
    className="shrink-0"
  >
    <path d="M0 0h3v22H0zM5 0h1.5v22H5zM9 0h4v22H9zM15 0h1.5v22H15zM18 0h3v22h-3zM23 0h1.5v22H23zM26 0h4v22h-4z" />
  </svg>
);

function Drawer({ onClose }: { onClose: () => void }) {
  const t = useTranslations("floor.demo");
  const common = useTranslations("common");
  const { view } = useTablet();
  const deliver = useDeliverScan();
  const demo = view.demo;
  if (demo === null) return null;
  const scan = (code: string) => {
    onClose();
    // After the drawer is gone: the screen below it is the one that listens.
    setTimeout(() => deliver(code), 0);
  };
  const kinds = [...new Set(demo.barcodes.map(({ kind }) => kind))];
  return (
    <Dialog
      title={t("title")}
      onClose={onClose}
      className="w-[1040px]"
      footer={
        <Button className="w-full" onClick={onClose}>
          {common("close")}
        </Button>
      }
    >
      <p className="mb-5 max-w-[60ch] text-[17px] text-ink-2">{t("explain")}</p>
      <h3 className="mb-2 text-[17px] font-bold">{t("badges")}</h3>
      <ul className="mb-6 grid grid-cols-3 gap-2">
        {demo.badges.map((badge) => (
          <li key={badge.badge}>
            <button
              type="button"
              onClick={() => scan(badge.badge)}
              className="flex min-h-touch w-full items-center justify-between gap-3 rounded border-2 border-edge bg-sheet px-4 py-2 text-left leading-tight active:bg-act-wash"
            >
              <span>
                <b className="block text-[17px]">{badge.name}</b>
                <span className="block text-[14px] text-ink-2">
                  {common(`role.${badge.role}`)}
                  {badge.stamps.length === 0 ? "" : ` · ${badge.stamps.join(", ")}`}
                  {badge.about === "" ? null : (
                    <span className="block text-[13px] text-ink-3">{badge.about}</span>
                  )}
                </span>
              </span>
              <span className="mono shrink-0 text-[15px] font-[650]">PIN {badge.pin}</span>
            </button>
          </li>
        ))}
      </ul>
      {kinds.map((kind) => (
        <section key={kind} className="mb-5">
          <h3 className="mb-2 text-[17px] font-bold">
            {t.has(`kinds.${kind}`) ? t(`kinds.${kind}`) : kind}
          </h3>
          <ul className="grid grid-cols-4 gap-2">
            {demo.barcodes
              .filter((barcode) => barcode.kind === kind)
              .map((barcode) => (
                <li key={barcode.code}>
                  <button
                    type="button"
                    onClick={() => scan(barcode.code)}
                    className="min-h-touch w-full rounded border-2 border-edge bg-sheet px-3 py-2 text-left text-[15px] leading-tight font-[650] active:bg-act-wash"
                  >
                    {barcode.label}
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </Dialog>
  );
}
