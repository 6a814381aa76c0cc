import { useHasRole } from '../../api/session.ts';
import { AddressTabs } from '../../components/AddressTabs.tsx';
import { PageHead } from '../../components/PageHead.tsx';
import { TokensTab } from './TokensTab.tsx';
import { UsersTab } from './UsersTab.tsx';

export function Page() {
  const isAdmin = useHasRole('admin');
  const own = { id: 'tokens', title: 'My tokens', content: () => <TokensTab key="own" /> };
  const ofAdmins = [
    { id: 'users', title: 'Users', content: () => <UsersTab /> },
    own,
    { id: 'all-tokens', title: 'Everybody’s tokens', content: () => <TokensTab key="all" everybody /> },
  ];
  return (
    <>
      <PageHead title="Users and tokens" question="Who may do what here, and which programs?" />
      <AddressTabs tabs={isAdmin ? ofAdmins : [own]} />
    </>
  );
}
