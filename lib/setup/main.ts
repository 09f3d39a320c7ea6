import { settingProblems } from "#lib/kit/settings";
import { administratorSql } from "./database.ts";
import { optionsOf } from "./options.ts";
import { Problem, sentenceOf } from "./problem.ts";

async function run(args: readonly string[]): Promise<void> {
  const options = optionsOf(args);
  const [problem] = settingProblems(process.env);
  if (problem) throw new Problem(`${problem} docs/settings.md says what each setting does.`);
  switch (options.command) {
    case "start":
    case "dev": {
      const { start } = await import("./start.ts");
      return start(options);
    }
    case "test":
    case "check":
    case "e2e": {
      const { judge } = await import("./judge.ts");
      return judge(options.command, options.rest);
    }
    case "test:systems": {
      const { systems } = await import("./systems.ts");
      return systems(options.rest);
    }
    case "test:faults": {
      const { faults } = await import("./faults.ts");
      return faults(options.rest);
    }
    case "bench": {
      const { bench } = await import("./bench.ts");
      return bench(options.rest);
    }
    case "docs:screens": {
      const { screens } = await import("./bench.ts");
      return screens();
    }
    case "build":
    case "migrate":
    case "setup:token":
    case "web":
    case "worker": {
      const { serve } = await import("./serve.ts");
      return serve(options.command, options.rest);
    }
    case "backup":
    case "restore": {
      const { backUpOrRestore } = await import("./backup-here.ts");
      return backUpOrRestore(options.command, options.rest);
    }
    case "record:verify":
    case "record:replay": {
      const { readRecord } = await import("./read-record.ts");
      return readRecord(options.command, options.rest);
    }
    case "feed:validate": {
      const { feedValidate } = await import("./feed-validate.ts");
      return feedValidate(options.rest);
    }
    case "db:sql":
      process.stdout.write(`${administratorSql(process.env.DATABASE_URL)}\n`);
      return;
  }
}

try {
  await run(process.argv.slice(2));
  process.exit(process.exitCode ?? 0);
} catch (error) {
  process.stderr.write(`\n${sentenceOf(error)}\n\n`);
  process.exit(1);
}
