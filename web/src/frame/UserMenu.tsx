import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconLogout, IconUserCircle } from '@tabler/icons-react';
import { useSession, useSignOut } from '../api/session.ts';
import { useDensity, useShortcutsEnabled } from '../preferences.ts';

const schemes = [
  { value: 'auto', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const;

const densities = [
  { value: 'dense', label: 'Dense rows' },
  { value: 'comfortable', label: 'Comfortable rows' },
] as const;

export function UserMenu() {
  const session = useSession().data;
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, setDensity] = useDensity();
  const [shortcuts, setShortcuts] = useShortcutsEnabled();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Account and looks, ${session?.user ?? ''}`}>
          <IconUserCircle size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {session?.name ?? session?.user} · {session?.grants.map((grant) => grant.role).join(', ') || 'no role'}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>Looks</Menu.Label>
        {schemes.map(({ value, label }) => (
          <Choice key={value} label={label} isChosen={colorScheme === value} choose={() => setColorScheme(value)} />
        ))}
        <Menu.Divider />
        {densities.map(({ value, label }) => (
          <Choice key={value} label={label} isChosen={density === value} choose={() => setDensity(value)} />
        ))}
        <Menu.Divider />
        <Choice
          label="Single-key shortcuts"
          isChosen={shortcuts}
          choose={() => setShortcuts(!shortcuts)}
          role="menuitemcheckbox"
        />
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} stroke={1.6} />} onClick={() => signOut.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly isChosen: boolean;
  readonly choose: () => void;
  readonly role?: 'menuitemradio' | 'menuitemcheckbox';
}

function Choice({ label, isChosen, choose, role = 'menuitemradio' }: ChoiceProps) {
  return (
    <Menu.Item
      role={role}
      aria-checked={isChosen}
      closeMenuOnClick={false}
      onClick={choose}
      rightSection={isChosen ? <IconCheck size={15} stroke={2} aria-hidden /> : undefined}
    >
      {label}
    </Menu.Item>
  );
}
