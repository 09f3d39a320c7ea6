"use client";
import { useRouter } from "next/navigation";
import { signOut } from "#lib/people/actions";

export function SignOutButton({ label }: { label: string }) {
  const router = useRouter();
  return (
    <button
      type="button"
      onClick={async () => {
        await signOut();
        router.push("/sign-in");
        router.refresh();
      }}
      className="min-h-8 rounded px-1 text-[14px] font-[600] text-(--rail-bright) underline underline-offset-4 focus-visible:outline-(--rail-bright)"
    >
      {label}
    </button>
  );
}
