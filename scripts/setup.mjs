// Installs the dependencies and builds dist/, each once: a second call finds the stamps and does nothing.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const [major] = process.versions.node.split('.').map(Number);
if (major < 20) {
  console.error(
    `Anamnesis needs Node.js 20 or newer; this is ${process.versions.node}. Install a newer one and run the command again.`,
  );
  process.exit(2);
}

const run = (command, args) => {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (done.status !== 0) process.exit(done.status ?? 1);
};

const stampFile = path.join(root, 'node_modules', '.anamnesis-installed');
const want = createHash('sha256')
  .update(readFileSync(path.join(root, 'package-lock.json')))
  .update(process.platform + process.arch)
  .digest('hex');
if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== want) {
  console.log('Installing dependencies (once) …');
  // Not `npm ci`: the lock file may lack the binaries of other platforms (optional packages of the native libraries), which
  // `ci` takes for an error and `install` resolves by their exact versions.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund']);
  writeFileSync(stampFile, want);
}
run(process.execPath, [path.join(root, 'scripts', 'build.mjs')]);
