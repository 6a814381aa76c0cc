import { useRegistryKinds } from '../../api/registries.ts';
import { Secret } from '../../components/Secret.tsx';
import classes from './registries.module.css';

interface NotificationHowToProps {
  readonly kind: string;
  /** Relative to the server's address. */
  readonly path: string;
}

/** Where the registry should send what happens, and how to make it do so. */
export function NotificationHowTo({ kind, path }: NotificationHowToProps) {
  const howTo = useRegistryKinds().data?.kinds.find(({ id }) => id === kind)?.notifications;
  return (
    <>
      <p className={classes.text}>
        With notifications, a push is scanned within seconds; without them it is seen when the registry is next looked
        through.
      </p>
      <Secret name="Address" value={new URL(path, window.location.origin).href} />
      {howTo ? (
        <p className={classes.text}>{howTo}</p>
      ) : (
        <p className={classes.text}>This product sends none by itself; the clock is what sees its pushes.</p>
      )}
    </>
  );
}
