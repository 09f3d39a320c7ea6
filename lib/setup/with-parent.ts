// Loaded first into every process the set-up starts, and by what those fork: it ends when its parent
// is gone, even one that was killed. Asked rather than told over a channel, which would be the
// program's own to hold open.
const startedBy = process.ppid;
setInterval(() => {
  if (process.ppid !== startedBy) process.exit(0);
}, 500).unref();
