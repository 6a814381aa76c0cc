import type { Benchmark, Row, Verdict } from '../benchmark.ts';
import { inTurn, timeOf } from '../command.ts';
import { imageNames, needsImages } from '../images.ts';
import { needsPeers } from '../peers.ts';
import { median, ratios } from '../statistics.ts';

export const imageToFindings: Benchmark = {
  id: 'image-to-findings',
  title: 'Image to findings, uncompressed docker-archive',
  method:
    'Wall time of whole processes that read a docker-archive from the page cache and write JSON. Breakwater knows no layer; its database lies unpacked, Grype has its own, osv-scanner has none and lists packages only.',
  run: async ({ breakwater, images, peers, runs }) => {
    if (!images) return { rows: [], verdicts: [], notRun: [needsImages] };
    const rows: Row[] = [];
    const toGrype: number[] = [];
    const toOsvScanner: number[] = [];
    for (const name of imageNames) {
      const image = images.plain(name);
      const ours = () => {
        breakwater.forget();
        return timeOf(breakwater.scan(image));
      };
      if (!peers) {
        rows.push({
          subject: name,
          columns: [{ name: 'Breakwater', unit: 'ms', values: inTurn({ ours }, runs).ours }],
        });
        continue;
      }
      const figures = inTurn(
        {
          ours,
          grype: () => timeOf(peers.grype(image)),
          osvScanner: () => timeOf(peers.osvScannerPackages(image)),
        },
        runs,
      );
      const ofGrype = ratios(figures.ours, figures.grype);
      const ofOsvScanner = ratios(figures.ours, figures.osvScanner);
      toGrype.push(median(ofGrype));
      toOsvScanner.push(median(ofOsvScanner));
      rows.push({
        subject: name,
        columns: [
          { name: 'Breakwater', unit: 'ms', values: figures.ours },
          { name: 'Grype', unit: 'ms', values: figures.grype },
          { name: 'of Grype', unit: '×', values: ofGrype },
          { name: 'osv-scanner, packages', unit: 'ms', values: figures.osvScanner },
          { name: 'of osv-scanner', unit: '×', values: ofOsvScanner },
        ],
      });
    }
    const verdicts: Verdict[] = [
      { budget: 'image to findings, of the time of Grype', unit: '×', atMost: 0.25, figures: toGrype },
      {
        budget: 'image to findings, of the time osv-scanner takes for packages',
        unit: '×',
        atMost: 1,
        figures: toOsvScanner,
      },
    ];
    return peers ? { rows, verdicts, notRun: [] } : { rows, verdicts: [], notRun: [`side by side: ${needsPeers}`] };
  },
};
