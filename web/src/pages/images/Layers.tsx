import { UnstyledButton } from '@mantine/core';
import type { ImageDetail } from '../../../../src/server/contract/images.ts';
import { plural } from '../../components/format.ts';
import classes from './images.module.css';

interface LayersProps {
  readonly layers: ImageDetail['layers'];
  readonly chosen: string | undefined;
  readonly choose: (diffID: string | undefined) => void;
}

/** The image from its bottom up, each layer with the build step that made it. */
export function Layers({ layers, chosen, choose }: LayersProps) {
  return (
    <section className={classes.layers} aria-label="Layers">
      <UnstyledButton className={classes.layer} aria-pressed={!chosen} onClick={() => choose(undefined)}>
        All layers
      </UnstyledButton>
      {layers.map((layer, index) => (
        <UnstyledButton
          key={layer.diffID}
          className={classes.layer}
          aria-pressed={chosen === layer.diffID}
          onClick={() => choose(layer.diffID)}
          title={layer.createdBy}
        >
          <span className={classes.layerHead}>
            <span>Layer {index + 1}</span>
            <span className={classes.faint}>
              {layer.packages === 0
                ? 'no packages'
                : `${plural(layer.packages, 'package')}, ${plural(layer.findings, 'finding')}`}
            </span>
          </span>
          <span className={`mono ${classes.step}`}>
            {layer.createdBy ? buildStep(layer.createdBy) : 'unknown step'}
          </span>
        </UnstyledButton>
      ))}
    </section>
  );
}

/** As it stands in the recipe, without what the builder wraps around it. */
const buildStep = (createdBy: string) =>
  createdBy
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, '')
    .replace(/^(RUN )?\/bin\/sh -c\s*/, 'RUN ')
    .replace(/\s*# buildkit$/, '')
    .trim();
