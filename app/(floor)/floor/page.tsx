import { FloorApp } from "#components/floor/floor-app";

export const dynamic = "force-static";

export default function FloorPage() {
  return <FloorApp />;
}
