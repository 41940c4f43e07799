/** Line icons on a grid of 20; each says nothing by itself, the words beside it do. */
const shapes = {
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  cross: "M5.5 5.5l9 9m0-9l-9 9",
  wait: "M10 5.8V10l2.8 1.8M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4z",
  key: "M12.8 3.2a4 4 0 1 1-3.3 6.2L3.5 15.4v1.6h3v-2h2v-2l2-2",
  info: "M10 9.2v4.6M10 6.2v.1M10 2.8a7.2 7.2 0 1 1 0 14.4 7.2 7.2 0 0 1 0-14.4z",
  warn: "M10 7.6v3.8m0 2.4v.1M10 3l7.5 13.6h-15z",
  shield: "M10 2.8l6 2.2v4.6c0 3.8-2.5 6.4-6 7.6-3.5-1.2-6-3.8-6-7.6V5z",
  device: "M3 4.5h14v9H3zM7.5 16.5h5",
  person: "M10 3.2a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4zM3.8 16.8c.6-3.2 3-5 6.2-5s5.6 1.8 6.2 5",
  next: "M7.5 4.5l5.5 5.5-5.5 5.5",
  down: "M4.5 7.5l5.5 5.5 5.5-5.5",
  load: "M10 3v9.5m-4-3.8l4 4 4-4M3.5 16.5h13",
  again: "M16 10a6 6 0 1 1-1.8-4.3M16.2 2.8v3.6h-3.6",
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={shapes[name]} />
    </svg>
  );
}

export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path class="ring" d="M16 5.5a10.5 10.5 0 1 1-9.1 5.25" />
      <path class="lock" d="M16 11.2a3 3 0 0 0-1.5 5.6l-.9 4.2h4.8l-.9-4.2a3 3 0 0 0-1.5-5.6z" />
    </svg>
  );
}
