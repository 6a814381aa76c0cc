import { Button, Checkbox, Popover, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconChevronDown, IconSearch, IconX } from '@tabler/icons-react';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import type { Facets } from '../../../src/server/contract/images.ts';
import type { AddressFilter } from '../address-filter.ts';
import classes from './FilterBar.module.css';
import { formatCount } from './format.ts';

/** A filter of a list; its name is that of the query, of the facet and of the address. */
export type Filter =
  | {
      readonly kind: 'choice';
      readonly name: string;
      readonly title: string;
      /** Fixed values in their order; without them the facet's. */
      readonly options?: readonly { readonly value: string; readonly title: string; readonly icon?: ReactNode }[];
      /** Of the facet's values; one that has none is shown as it is. */
      readonly titles?: Readonly<Record<string, string>>;
      /** Only one at a time. */
      readonly single?: boolean;
    }
  | { readonly kind: 'flag'; readonly name: string; readonly title: string };

interface FilterBarProps {
  readonly filters: readonly Filter[];
  readonly address: AddressFilter;
  readonly facets?: Facets | undefined;
  /** What can be searched for: "Name, tag or digest". */
  readonly searchHint?: string | undefined;
  readonly searchRef: RefObject<HTMLInputElement | null>;
  /** "1,204 images" */
  readonly count?: ReactNode;
  readonly actions?: ReactNode;
}

/** Every filter with its counts, in one line; what it says stands in the address. */
export function FilterBar(props: FilterBarProps) {
  const { filters, address, facets } = props;
  const set = filters.filter((filter) => address.values[filter.name]);
  const stripRef = useRef<HTMLDivElement>(null);
  const hasCounts = facets !== undefined;
  // A link may have set a filter that lies beyond the edge of a narrow screen; counts make the line longer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, and once more when the counts come.
  useEffect(() => {
    stripRef.current?.querySelector('[data-on]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [hasCounts]);
  return (
    <search className={classes.bar}>
      {props.searchHint && <SearchField hint={props.searchHint} address={address} inputRef={props.searchRef} />}
      <div ref={stripRef} className={classes.strip}>
        {filters.map((filter) =>
          filter.kind === 'flag' ? (
            <FlagButton
              key={filter.name}
              filter={filter}
              address={address}
              count={countOf(facets, filter.name, 'true')}
            />
          ) : (
            <ChoiceButton key={filter.name} filter={filter} address={address} facets={facets} />
          ),
        )}
        {set.length + (address.one('q') ? 1 : 0) > 0 && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            leftSection={<IconX size={14} aria-hidden />}
            onClick={() =>
              address.set(Object.fromEntries([...set.map(({ name }) => [name, undefined]), ['q', undefined]]))
            }
          >
            Clear
          </Button>
        )}
      </div>
      <div className={classes.end}>
        {props.count !== undefined && (
          <span className={classes.count} role="status">
            {props.count}
          </span>
        )}
        {props.actions}
      </div>
    </search>
  );
}

function SearchField(props: {
  readonly hint: string;
  readonly address: AddressFilter;
  readonly inputRef: RefObject<HTMLInputElement | null>;
}) {
  const asked = props.address.one('q') ?? '';
  const [text, setText] = useState(asked);
  const ask = useDebouncedCallback((value: string) => props.address.set({ q: value || undefined }), 80);
  useEffect(() => {
    if (document.activeElement !== props.inputRef.current) setText(asked);
  }, [asked, props.inputRef]);
  return (
    <TextInput
      ref={props.inputRef}
      className={classes.search}
      size="xs"
      type="search"
      value={text}
      placeholder={props.hint}
      aria-label={`Search: ${props.hint}`}
      aria-keyshortcuts="/"
      leftSection={<IconSearch size={14} stroke={1.75} aria-hidden />}
      maxLength={200}
      onChange={(event) => {
        setText(event.currentTarget.value);
        ask(event.currentTarget.value.trim());
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          setText('');
          ask('');
          event.currentTarget.blur();
        }
      }}
    />
  );
}

function FlagButton(props: {
  readonly filter: Filter;
  readonly address: AddressFilter;
  readonly count: number | undefined;
}) {
  const { filter, address } = props;
  const isOn = address.one(filter.name) === 'true';
  return (
    <UnstyledButton
      className={classes.button}
      data-on={isOn || undefined}
      aria-pressed={isOn}
      onClick={() => address.set({ [filter.name]: isOn ? undefined : 'true' })}
    >
      {filter.title}
      {props.count !== undefined && <span className={classes.number}>{formatCount(props.count)}</span>}
    </UnstyledButton>
  );
}

function ChoiceButton(props: {
  readonly filter: Extract<Filter, { kind: 'choice' }>;
  readonly address: AddressFilter;
  readonly facets: Facets | undefined;
}) {
  const { filter, address, facets } = props;
  const [opened, setOpened] = useState(false);
  const [part, setPart] = useState('');
  const chosen = address.values[filter.name] ?? [];
  const options = optionsOf(filter, facets, chosen);
  const titles = chosen.map((value) => options.find((option) => option.value === value)?.title ?? value);
  const shown = options.filter(({ title }) => title.toLowerCase().includes(part.toLowerCase())).slice(0, 200);
  const toggle = (value: string) => {
    if (chosen.includes(value)) address.set({ [filter.name]: chosen.filter((one) => one !== value) });
    else address.set({ [filter.name]: filter.single ? [value] : [...chosen, value] });
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={260} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.button}
          data-on={chosen.length > 0 || undefined}
          aria-haspopup="dialog"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {filter.title}
          {titles.length > 0 && (
            <span className={classes.chosen}>{titles.length > 2 ? titles.length : titles.join(', ')}</span>
          )}
          <IconChevronDown size={13} stroke={1.75} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown className={classes.dropdown} aria-label={filter.title}>
        {options.length > 8 && (
          <TextInput
            size="xs"
            placeholder="Narrow down"
            aria-label={`Narrow down: ${filter.title}`}
            value={part}
            onChange={(event) => setPart(event.currentTarget.value)}
            mb={6}
          />
        )}
        <div className={classes.options}>
          {shown.map((option) => (
            <Checkbox
              key={option.value}
              size="xs"
              className={classes.option}
              checked={chosen.includes(option.value)}
              onChange={() => toggle(option.value)}
              label={
                <>
                  {option.icon}
                  <span className={classes.optionTitle} title={option.title}>
                    {option.title}
                  </span>
                  {option.count !== undefined && <span className={classes.number}>{formatCount(option.count)}</span>}
                </>
              }
            />
          ))}
          {shown.length === 0 && <div className={classes.none}>No such value</div>}
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function optionsOf(
  filter: Extract<Filter, { kind: 'choice' }>,
  facets: Facets | undefined,
  chosen: readonly string[],
): readonly { value: string; title: string; icon?: ReactNode; count: number | undefined }[] {
  if (filter.options) {
    return filter.options.map((option) => ({ ...option, count: countOf(facets, filter.name, option.value) }));
  }
  const facet = facets?.facets.find(({ name }) => name === filter.name);
  const values = facet?.values ?? [];
  const missing = chosen.filter((value) => !values.some((one) => one.value === value));
  const titleOf = (value: string) => filter.titles?.[value] ?? value;
  return [
    ...missing.map((value) => ({ value, title: titleOf(value), count: facet && 0 })),
    ...values.map(({ value, count }) => ({ value, title: titleOf(value), count })),
  ];
}

/** A value that the facet does not list leaves nothing; no facet at all leaves us without a count. */
function countOf(facets: Facets | undefined, name: string, value: string): number | undefined {
  const facet = facets?.facets.find((one) => one.name === name);
  return facet && (facet.values.find((one) => one.value === value)?.count ?? 0);
}
