"use client";
import { openDB } from "idb";
import { useEffect, useState } from "react";

const kept = () =>
  openDB("empty", 1, {
    upgrade(memory) {
      memory.createObjectStore("taps", { autoIncrement: true });
    },
  });

/** Reads what is kept, then counts taps, each kept before it is shown. */
export default function Page() {
  const [taps, setTaps] = useState(null);
  useEffect(() => {
    void kept()
      .then((memory) => memory.count("taps"))
      .then(setTaps);
  }, []);
  const tap = async () => {
    const memory = await kept();
    await memory.add("taps", { at: Date.now() }, undefined);
    setTaps(await memory.count("taps"));
  };
  return (
    <main>
      <h1>{taps === null ? "…" : `${taps} taps`}</h1>
      <button type="button" onClick={tap}>
        Tap
      </button>
    </main>
  );
}
