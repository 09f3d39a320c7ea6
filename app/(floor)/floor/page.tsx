import { FloorApp } from "#components/floor/floor-app";
import { Waking } from "#components/floor/waking";
import en from "../../../lib/messages/en/start.json";
import es from "../../../lib/messages/es/start.json";

export const dynamic = "force-static";

export default function FloorPage() {
  return <FloorApp waking={<Waking words={{ en: en.lock, es: es.lock }} />} />;
}
