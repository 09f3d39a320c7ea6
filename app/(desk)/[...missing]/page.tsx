import { notFound } from "next/navigation";

/** An address of nothing: with two root layouts, only a page can say so in ours. */
export default function Missing(): never {
  notFound();
}
