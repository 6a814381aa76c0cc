import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';

/**
 * Usage: bundle.ts [DIR] — writes the package as it is published to DIR, or to `dist/package`: our sources bundled for
 * a quick start, commands apart so that each loads only its own, dependencies left to npm. Only zod/mini is bundled:
 * every scan needs a tenth of it, and finding and loading its 80 files would take longer than starting Node.
 */
const root = resolve(import.meta.dirname, '..');
const output = resolve(process.argv[2] ?? join(root, 'dist/package'));
rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });

/**
 * Takes from Node's own modules what is used and no more. An `import` of one wraps it, for which all that it exports is
 * touched: with `node:fs`, streams, promises and line editing get loaded. Each start, of a thread too, would pay for it.
 */
const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replace(/^import \{([^}]*)\} from ('node:[\w/]+');$/gm, takenFrom),
    }));
  },
};

function takenFrom(_import: string, list: string, module: string): string {
  const names = list.split(',').map((name) => name.trim());
  const values = names.filter((name) => name !== '' && !name.startsWith('type '));
  const types = names.filter((name) => name.startsWith('type '));
  const taken = values.map((name) => name.replace(' as ', ': ')).join(', ');
  return `import type { ${types.map((name) => name.slice(5)).join(', ')} } from ${module}; const { ${taken} } = process.getBuiltinModule(${module});`;
}

/** Scanner and server apart: what they shared would be cut into more files, and a scan would load all of them. */
const programs = [
  { chunks: 'chunk', entryPoints: { breakwater: 'src/cli/run.ts', 'hash-worker': 'src/images/hash-worker.ts' } },
  {
    chunks: 'server-chunk',
    entryPoints: {
      server: 'src/server/run.ts',
      'scan-worker': 'src/server/workers/scan-worker.ts',
      'install-worker': 'src/server/assessment/install-worker.ts',
    },
  },
] as const;

for (const { chunks, entryPoints } of programs)
  await build({
    absWorkingDir: root,
    entryPoints,
    chunkNames: `${chunks}-[hash]`,
    outdir: join(output, 'dist'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    plugins: [plainBuiltins],
    alias: { 'zod/mini': join(root, 'node_modules/zod/mini/index.js') },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  });

if (existsSync(join(root, 'dist/web'))) cpSync(join(root, 'dist/web'), join(output, 'dist/web'), { recursive: true });
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
