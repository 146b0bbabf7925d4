// Compiles src/ into dist/ and copies the data files beside the code. Skips when nothing has changed.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const files = readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((e) => e.isFile())
  .map((e) => path.join(e.parentPath ?? e.path, e.name))
  .sort();
const hash = createHash('sha256');
for (const f of [...files, path.join(root, 'tsconfig.json'), path.join(root, 'tsconfig.build.json')]) {
  hash.update(path.relative(root, f)).update('\0').update(readFileSync(f)).update('\0');
}
const want = hash.digest('hex');
const stamp = path.join(root, 'dist', '.built');
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== want) {
  console.log('Building …');
  rmSync(stamp, { force: true });
  for (const f of files.filter((f) => !f.endsWith('.ts') && !f.endsWith('.md'))) {
    const to = path.join(root, 'dist', path.relative(path.join(root, 'src'), f));
    mkdirSync(path.dirname(to), { recursive: true });
    cpSync(f, to);
  }
  const done = spawnSync(
    process.execPath,
    [path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  if (done.status !== 0) process.exit(done.status ?? 1);
  writeFileSync(stamp, want);
}
