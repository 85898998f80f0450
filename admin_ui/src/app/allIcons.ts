import type { IconDefinition } from '@ant-design/icons-svg/es/types';

const modules = import.meta.glob<IconDefinition>('/node_modules/@ant-design/icons-svg/es/asn/*Outlined.js', {
  eager: true,
  import: 'default',
});

/** Every outlined Ant Design icon by its kebab-case name. Its own chunk: about 90 kB compressed, loaded on need. */
export const allIcons: ReadonlyMap<string, IconDefinition> = new Map(
  Object.values(modules).map((definition) => [definition.name, definition]),
);
