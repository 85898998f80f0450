import AppstoreOutlined from '@ant-design/icons-svg/es/asn/AppstoreOutlined';
import BankOutlined from '@ant-design/icons-svg/es/asn/BankOutlined';
import BuildOutlined from '@ant-design/icons-svg/es/asn/BuildOutlined';
import CalendarOutlined from '@ant-design/icons-svg/es/asn/CalendarOutlined';
import ContactsOutlined from '@ant-design/icons-svg/es/asn/ContactsOutlined';
import FileTextOutlined from '@ant-design/icons-svg/es/asn/FileTextOutlined';
import FilterOutlined from '@ant-design/icons-svg/es/asn/FilterOutlined';
import FundOutlined from '@ant-design/icons-svg/es/asn/FundOutlined';
import IdcardOutlined from '@ant-design/icons-svg/es/asn/IdcardOutlined';
import ProfileOutlined from '@ant-design/icons-svg/es/asn/ProfileOutlined';
import ShoppingOutlined from '@ant-design/icons-svg/es/asn/ShoppingOutlined';
import ShopOutlined from '@ant-design/icons-svg/es/asn/ShopOutlined';
import TagOutlined from '@ant-design/icons-svg/es/asn/TagOutlined';
import TeamOutlined from '@ant-design/icons-svg/es/asn/TeamOutlined';
import ToolOutlined from '@ant-design/icons-svg/es/asn/ToolOutlined';
import UserOutlined from '@ant-design/icons-svg/es/asn/UserOutlined';
import type { AbstractNode, IconDefinition } from '@ant-design/icons-svg/es/types';
import { useQuery } from '@tanstack/react-query';
import { createElement, type CSSProperties, type ReactNode } from 'react';

const COMMON = new Map<string, IconDefinition>(
  [
    AppstoreOutlined, BankOutlined, BuildOutlined, CalendarOutlined, ContactsOutlined, FileTextOutlined, FilterOutlined,
    FundOutlined, IdcardOutlined, ProfileOutlined, ShoppingOutlined, ShopOutlined, TagOutlined, TeamOutlined,
    ToolOutlined, UserOutlined,
  ].map((definition) => [definition.name, definition]),
);

function useAllIcons(enabled: boolean): ReadonlyMap<string, IconDefinition> | undefined {
  return useQuery({
    queryKey: ['icons'],
    queryFn: async () => (await import('./allIcons')).allIcons,
    staleTime: Number.POSITIVE_INFINITY,
    enabled,
  }).data;
}

/** Names of all icons that a document may use; undefined while they load. */
export function useIconNames(): string[] | undefined {
  const icons = useAllIcons(true);
  return icons && [...icons.keys()].sort();
}

function draw(node: AbstractNode, key: number | string): ReactNode {
  const { class: _class, style: _style, ...attributes } = node.attrs as Record<string, string>;
  return createElement(node.tag, { key, ...attributes }, node.children?.map(draw));
}

interface ObjectIconProps {
  name?: string | null | undefined;
  color?: string | null | undefined;
  /** Pixels of the glyph. */
  size?: number;
  /** Draws the glyph on a tinted tile. */
  tile?: boolean;
}

/** Icon of an object or app document, by its Ant Design name in kebab case. Decorative: hidden from screen readers. */
export function ObjectIcon({ name, color, size = 15, tile = false }: ObjectIconProps) {
  const wanted = name ?? 'appstore';
  const common = COMMON.get(wanted);
  const others = useAllIcons(common === undefined);
  const definition = common ?? others?.get(wanted) ?? AppstoreOutlined;
  const root = typeof definition.icon === 'function' ? definition.icon('currentColor', 'currentColor') : definition.icon;
  const tint = color ? `color-mix(in oklab, ${color}, white var(--lift))` : 'var(--text-2)';
  const style: CSSProperties = tile
    ? {
        color: tint,
        background: `color-mix(in srgb, ${tint} 14%, transparent)`,
        width: size * 1.75,
        height: size * 1.75,
        borderRadius: Math.max(5, size * 0.38),
      }
    : { color: tint, width: size, height: size };
  return (
    <span aria-hidden="true" style={{ display: 'inline-grid', placeItems: 'center', flex: 'none', ...style }}>
      <svg viewBox={root.attrs.viewBox ?? '64 64 896 896'} width={size} height={size} fill="currentColor">
        {root.children?.map(draw)}
      </svg>
    </span>
  );
}
