import { theme as antTheme, type ThemeConfig } from 'antd';

export type Mode = 'light' | 'dark';

/** The only colours of the product; antd's tokens and our CSS variables both come from here. */
const PALETTES = {
  light: {
    bg: '#fbfbfc',
    'bg-sidebar': '#f5f6f8',
    surface: '#ffffff',
    raised: '#ffffff',
    border: '#e2e4e9',
    'border-soft': '#eceef2',
    text: '#1a1c21',
    'text-2': '#555b67',
    'text-3': '#666d79',
    accent: '#3d57e0',
    'accent-bg': '#edf0fd',
    'accent-text': '#2f45c0',
    hover: '#f1f2f5',
    active: '#e7e9ee',
    danger: '#cf2f35',
    // How far colours of documents are lifted towards white, so that they can be told apart on this background.
    lift: '0%',
    shadow: '0 1px 2px rgb(16 20 32 / 5%), 0 4px 16px rgb(16 20 32 / 6%)',
  },
  dark: {
    bg: '#121316',
    'bg-sidebar': '#0e0f11',
    surface: '#17181c',
    raised: '#1e2025',
    border: '#2c2f36',
    'border-soft': '#23252b',
    text: '#e7e9ee',
    'text-2': '#a7adb9',
    'text-3': '#868d9a',
    accent: '#566be0',
    'accent-bg': '#212a52',
    'accent-text': '#a9b7ff',
    hover: '#1f2126',
    active: '#292c33',
    danger: '#ff6b6b',
    lift: '38%',
    shadow: '0 1px 2px rgb(0 0 0 / 40%), 0 6px 20px rgb(0 0 0 / 40%)',
  },
} as const;

export const FONT =
  "'Inter Variable', -apple-system, BlinkMacSystemFont, 'Segoe UI', 'PingFang SC', 'Noto Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif";

/** Sets our CSS variables on the root element. */
export function paint(mode: Mode): void {
  const root = document.documentElement;
  root.dataset.theme = mode;
  root.style.colorScheme = mode;
  for (const [name, value] of Object.entries(PALETTES[mode])) root.style.setProperty(`--${name}`, value);
  root.style.setProperty('--font', FONT);
}

export function antdTheme(mode: Mode): ThemeConfig {
  const color = PALETTES[mode];
  return {
    algorithm: mode === 'dark' ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
    token: {
      fontFamily: FONT,
      fontSize: 13,
      controlHeight: 30,
      controlHeightSM: 26,
      controlHeightLG: 36,
      borderRadius: 6,
      borderRadiusLG: 8,
      borderRadiusSM: 4,
      colorPrimary: color.accent,
      colorLink: color['accent-text'],
      colorError: color.danger,
      colorTextBase: color.text,
      colorText: color.text,
      colorTextSecondary: color['text-2'],
      colorTextTertiary: color['text-3'],
      colorTextPlaceholder: color['text-3'],
      colorBgBase: color.surface,
      colorBgContainer: color.surface,
      colorBgElevated: color.raised,
      colorBgLayout: color.bg,
      colorBorder: color.border,
      colorBorderSecondary: color['border-soft'],
      motionDurationFast: '0.06s',
      motionDurationMid: '0.1s',
      motionDurationSlow: '0.14s',
      wireframe: false,
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 500 },
      Modal: { titleFontSize: 15 },
      Drawer: { paddingLG: 20 },
      Form: { itemMarginBottom: 16, verticalLabelPadding: '0 0 4px', labelColor: color['text-2'] },
      Tabs: { horizontalItemPadding: '8px 0', horizontalItemGutter: 20, titleFontSize: 13, itemSelectedColor: color['accent-text'], itemHoverColor: color['accent-text'] },
      Tooltip: { colorBgSpotlight: mode === 'dark' ? '#363a43' : '#23262d' },
      Tag: { defaultBg: color.hover, defaultColor: color.text },
    },
  };
}
