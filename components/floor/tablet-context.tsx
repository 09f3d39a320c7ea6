"use client";
import {
  createContext,
  type ReactNode,
  use,
  useEffect,
  useState,
  useSyncExternalStore,
} from "react";
import type { Acts } from "#lib/offline/acts";
import type { Core, TabletView } from "#lib/offline/core";
import { emptyView } from "#lib/offline/core";
import { makeTablet, type Tablet } from "#lib/offline/tablet";

export type Shared = {
  core: Core;
  subscribe: Tablet["subscribe"];
  act: Acts["act"];
  actOn: Acts["actOn"];
  foretell: Acts["foretell"];
  acknowledge: Tablet["acknowledge"];
  view: TabletView;
};
const TabletContext = createContext<Shared | null>(null);

export function TabletProvider({ children, waiting }: { children: ReactNode; waiting: ReactNode }) {
  const [tablet, setTablet] = useState<Tablet | null>(null);
  useEffect(() => {
    let made: Tablet | null = null;
    let isGone = false;
    const starting = makeTablet().then(async (ready) => {
      made = ready;
      if (isGone) return ready.stop();
      setTablet(ready);
      return ready.start();
    });
    starting.catch((error: unknown) => {
      queueMicrotask(() => {
        throw error;
      });
    });
    return () => {
      isGone = true;
      made?.stop();
    };
  }, []);
  if (tablet === null) return waiting;
  return <Live tablet={tablet}>{children}</Live>;
}

function Live({ tablet, children }: { tablet: Tablet; children: ReactNode }) {
  const view = useSyncExternalStore(tablet.subscribe, tablet.core.view, () => emptyView);
  const { core, act, actOn, foretell, acknowledge, subscribe } = tablet;
  return (
    <TabletContext value={{ core, act, actOn, foretell, acknowledge, subscribe, view }}>
      {children}
    </TabletContext>
  );
}

export function useTablet(): Shared {
  const shared = use(TabletContext);
  if (shared === null) throw new Error("outside of the tablet");
  return shared;
}
