export const dynamic = "force-dynamic";

export const POST = async (request) => {
  await request.text();
  return Response.json({ ok: true });
};
