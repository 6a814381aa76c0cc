import { closeSync, openSync, writeFileSync } from 'node:fs';
import { AppError, messageOf } from '../../lib/errors.ts';
import { exporters } from '../../output/exporters/index.ts';
import { applyIgnores, readIgnoreFile } from '../../vulnerability/ignore.ts';
import { isOverThreshold, parseThresholds } from '../../vulnerability/threshold.ts';
import { type Command, exitCodes } from '../command.ts';
import { createProgress } from '../progress.ts';
import { runScan } from '../run-scan.ts';
import { parseScanArguments, scanOptionsHelp } from '../scan-arguments.ts';

const help = `Finds the known flaws of an image, a directory or an SBOM.

Usage: breakwater scan REFERENCE [options]

  REFERENCE is an image archive, an OCI layout, a directory, a CycloneDX or SPDX document, or the name of an image in a
  registry; the kind is recognised, or said as KIND:REFERENCE.

  --format FORMAT, -f            table (default), json, cyclonedx, spdx, sarif, csv, html, markdown
  --output FILE, -o              write there instead of to the terminal
  --fail-on CONDITION            exit with 1 when a finding meets it; may be given several times. CONDITION is a
                                 severity (it and worse), fixable, kev or epss>=X; join with "+" what must hold together
  --ignore-unknown               do not count findings of unknown severity towards a severity of --fail-on
  --upload URL                   send the scan to a Breakwater server too, with the token in BREAKWATER_TOKEN
  --upload-as NAME               name of the image there: registry.example/team/app:1.2; default: REFERENCE
  --ignore-file FILE             findings to leave out of --fail-on, each with a reason; default: .breakwater-ignore.yaml
${scanOptionsHelp}

Exit codes: 0 done, 1 over the threshold, 2 could not do the job.
`;

export const scan: Command = {
  id: 'scan',
  summary: 'find the known flaws of an image, a directory or an SBOM',
  help,
  run: async (args, terminal, resources) => {
    const parsed = parseScanArguments(args, terminal);
    if (parsed.rest.length > 0)
      throw new AppError('USAGE', `One thing at a time: "${parsed.rest.join(' ')}" is too much.`);
    const loadExporter = exporters.get(parsed.format);
    if (!loadExporter)
      throw new AppError(
        'USAGE',
        `There is no format "${parsed.format}"; there are: ${[...exporters.keys()].join(', ')}.`,
      );
    const thresholds = parseThresholds(parsed.failOn);
    const now = new Date().toISOString();
    const ignores = readIgnoreFile(parsed.ignoreFile);
    const progress = createProgress(terminal, parsed.quiet);
    const found = await runScan(parsed, terminal, resources, progress.onEvent).finally(progress.done);
    const report = applyIgnores(found, ignores, now);
    const isFile = parsed.output !== undefined;
    const exporter = await loadExporter();
    const options = { now, columns: terminal.columns, colour: terminal.colour && !isFile };
    const pieces = exporter.pieces?.(report, options) ?? [exporter.write(report, options)];
    if (parsed.output === undefined) for (const piece of pieces) terminal.out(piece);
    else write(parsed.output, pieces);
    if (parsed.upload) {
      const { uploadScan } = await import('../upload.ts');
      const { cyclonedx } = await import('../../output/exporters/cyclonedx.ts');
      const document = cyclonedx.write(report, { now, columns: 0, colour: false });
      const page = await uploadScan(report, document, parsed.upload, terminal.environment);
      if (!parsed.quiet) terminal.error(`Uploaded: ${page}\n`);
    }
    return isOverThreshold(report.findings, thresholds, !parsed.ignoreUnknown)
      ? exitCodes.overThreshold
      : exitCodes.done;
  },
};

function write(path: string, pieces: Iterable<string>): void {
  try {
    const descriptor = openSync(path, 'w');
    try {
      for (const piece of pieces) writeFileSync(descriptor, piece);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new AppError(
      'OUTPUT_UNWRITABLE',
      `The report could not be written to ${path}: ${messageOf(error)}. Name a file in a folder that you may write to.`,
      { cause: error },
    );
  }
}
