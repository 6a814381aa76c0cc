import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/**
 * Usage: bundle.ts [DIR] — writes the package as it is published to DIR, or to `dist/package`: our sources bundled for
 * a quick start, commands apart so that each loads only its own, dependencies left to npm. Only zod/mini is bundled:
 * every scan needs a tenth of it, and finding and loading its 80 files would take longer than starting Node.
 */
const root = resolve(import.meta.dirname, '..');
const output = resolve(process.argv[2] ?? join(root, 'dist/package'));
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });

await build({
  absWorkingDir: root,
  entryPoints: { breakwater: 'src/cli/run.ts', 'hash-worker': 'src/images/hash-worker.ts' },
  outdir: join(output, 'dist'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  packages: 'external',
  alias: { 'zod/mini': join(root, 'node_modules/zod/mini/index.js') },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
});

for (const name of ['bin', 'data', 'schemas', 'LICENSE', 'NOTICE', 'README.md'])
  cpSync(join(root, name), join(output, name), { recursive: true });
mkdirSync(join(output, 'licenses'));
cpSync(join(root, 'node_modules/zod/LICENSE'), join(output, 'licenses/zod.txt'));
const { name, version, description, license, type, engines, bin, dependencies, optionalDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as Record<string, unknown>;
const manifest = { name, version, description, license, type, engines, bin, dependencies, optionalDependencies };
writeFileSync(join(output, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
process.stdout.write(`Wrote ${output}\n`);
