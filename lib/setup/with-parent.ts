// Loaded first into every process the set-up starts: it ends when the set-up does, even one that was killed.
process.on("disconnect", () => process.exit(0));
process.channel?.unref();
