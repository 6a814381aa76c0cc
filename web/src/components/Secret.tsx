import { CopyText } from './CopyText.tsx';
import classes from './Form.module.css';

interface SecretProps {
  /** "Secret", "Token". */
  readonly name: string;
  readonly value: string;
}

/** What is to be copied elsewhere; whoever shows a secret says that it is shown this once. */
export function Secret({ name, value }: SecretProps) {
  return (
    <div className={classes.secret}>
      <span className={classes.secretName}>{name}</span>
      <div className={classes.secretLine}>
        <code data-secret>{value}</code>
        <CopyText text={value} what={name.toLowerCase()} />
      </div>
    </div>
  );
}
