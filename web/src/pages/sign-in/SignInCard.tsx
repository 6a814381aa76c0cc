import type { ReactNode } from 'react';
import { useDocumentTitle } from '../../components/PageHead.tsx';
import { Logo } from '../../frame/Logo.tsx';
import classes from './SignInCard.module.css';

export function SignInCard({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  useDocumentTitle(title);
  return (
    <main className={classes.page}>
      <div className={classes.card}>
        <div className={classes.brand}>
          <Logo size={28} />
          <span>Breakwater</span>
        </div>
        <h1 className={classes.title}>{title}</h1>
        <div className={classes.content}>{children}</div>
      </div>
    </main>
  );
}
