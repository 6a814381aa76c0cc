import { imageAddress } from '../addresses.ts';
import { AppLink } from './AppLink.tsx';
import classes from './ImageName.module.css';

/** An image, wherever it is named: its registry steps back, since it is mostly the same. */
export function ImageName({ digest, name }: { readonly digest: string; readonly name: string }) {
  const slash = name.indexOf('/');
  const hasRegistry = slash > 0 && /[.:]|^localhost$/.test(name.slice(0, slash));
  return (
    <AppLink to={imageAddress(digest)} className={classes.link} title={name}>
      <bdi className={classes.name} data-name>
        {hasRegistry && <span className={classes.registry}>{name.slice(0, slash + 1)}</span>}
        <span className={classes.rest}>{hasRegistry ? name.slice(slash + 1) : name}</span>
      </bdi>
    </AppLink>
  );
}
