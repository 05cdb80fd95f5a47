// Grafana's own types, narrowed to the classic dashboards we write: an enum is its text in JSON, a panel's options and
// field configuration are those of its plugin, a query is ours. The types of the whole (@grafana/schema's Dashboard)
// leave options, targets and overrides open: against them alone anything passes.
import type * as Grafana from "@grafana/schema";
import type { Options as AnnotationList } from "@grafana/schema/dist/esm/raw/composable/annotationslist/panelcfg/x/AnnotationsListPanelCfg_types.gen";
import type { Options as BarGauge } from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type { Options as Gauge } from "@grafana/schema/dist/esm/raw/composable/gauge/panelcfg/x/GaugePanelCfg_types.gen";
import type { Options as Geomap } from "@grafana/schema/dist/esm/raw/composable/geomap/panelcfg/x/GeomapPanelCfg_types.gen";
import type * as Heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type { Options as Stat } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as StateTimeline from "@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen";
import type * as StatusHistory from "@grafana/schema/dist/esm/raw/composable/statushistory/panelcfg/x/StatusHistoryPanelCfg_types.gen";
import type * as Table from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type { Options as Text } from "@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen";
import type * as TimeSeries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

type Plain<T> = unknown extends T
  ? unknown
  : T extends string
    ? string extends T
      ? string
      : `${T}`
    : T extends number | boolean | null | undefined
      ? T
      : T extends Array<infer Item>
        ? Plain<Item>[]
        : T extends object
          ? { [Key in keyof T]: Plain<T[Key]> }
          : T;

interface Source {
  type: "grafana-postgresql-datasource";
  uid: "${source}";
}

interface Target {
  refId: string;
  datasource: Source;
  editorMode: "code";
  rawQuery: true;
  format: "table" | "time_series";
  rawSql: string;
}

interface DataLink {
  title: string;
  url: `/d/${string}`;
  targetBlank: boolean;
}

interface PartitionByValues {
  id: "partitionByValues";
  options: { fields: string[]; keepFields: boolean; naming: { asLabels: boolean } };
}

interface FilterFieldsByName {
  id: "filterFieldsByName";
  options: { include: { pattern: string } };
}

type Unit = "short" | "none" | "percent" | "string" | "percentunit" | "s" | "dthms" | "dtdhms" | "bps" | "celsius" | "kwatth" | `suffix:${string}` | `time:${string}`;

interface Standard {
  displayName: string;
  unit: Unit;
  decimals: number;
  min: number;
  max: number;
  noValue: string;
  color: Plain<Grafana.FieldColor>;
  mappings: Plain<Grafana.ValueMapping>[];
  thresholds: Plain<Grafana.ThresholdsConfig>;
  links: DataLink[];
}

type Property<Custom> =
  | { [Id in keyof Standard]: { id: Id; value: Standard[Id] } }[keyof Standard]
  | (Custom extends { hideFrom?: unknown } ? { id: "custom.hideFrom.viz"; value: boolean } : never)
  | {
      [Id in keyof Custom & string]-?: { id: `custom.${Id}`; value: NonNullable<Plain<Custom[Id]>> };
    }[keyof Custom & string];

interface PanelOf<Kind, Options, Custom = {}> {
  id: number;
  type: Kind;
  title: string;
  description?: string;
  gridPos: Plain<Grafana.GridPos>;
  pluginVersion: string;
  options: Options;
  fieldConfig: {
    defaults: Partial<Standard> & { custom?: Plain<Custom> };
    overrides: { matcher: { id: "byName" | "byRegexp"; options: string }; properties: Property<Custom>[] }[];
  };
  datasource?: Source;
  targets?: Target[];
  transformations?: (PartitionByValues | FilterFieldsByName)[];
  interval?: `${number}${"s" | "m" | "h" | "d"}`;
  maxDataPoints?: number;
}

// Not in @grafana/schema: read in Grafana's source, public/app/plugins/panel/alertlist/types.ts. Its `datasource` is a
// name, of which the one written here means the rules of Grafana itself.
interface AlertList {
  alertInstanceLabelFilter: string;
  alertName: string;
  dashboardAlerts: boolean;
  datasource: "-- Grafana --";
  groupBy: string[];
  groupMode: "default" | "custom";
  maxItems: number;
  showInactiveAlerts: boolean;
  sortOrder: 1 | 2 | 3 | 4 | 5;
  stateFilter: Record<"firing" | "pending" | "recovering" | "noData" | "normal" | "error", boolean>;
  viewMode: "list" | "stat";
}

// A layer's `config` is open in @grafana/schema. Ours name nothing that a browser would have to fetch from elsewhere.
interface Style {
  color: { fixed: string; field?: string };
  lineWidth?: number;
  opacity: number;
  size: { fixed: number; min: number; max: number };
  symbol: { fixed: `img/icons/${string}`; mode: "fixed" };
  text?: { field: string; fixed: string; mode: "field" };
  textConfig?: {
    fontSize: number;
    offsetX: number;
    offsetY: number;
    textAlign: "left" | "center" | "right";
    textBaseline: "top" | "middle" | "bottom";
  };
}
interface OfQuery {
  id: "byRefId";
  options: string;
}
interface Outline {
  type: "route";
  name: string;
  config: { arrow: 0; style: Style };
  location: Plain<Grafana.FrameGeometrySource>;
  filterData: OfQuery;
  tooltip: boolean;
}
interface Markers {
  type: "markers";
  name: string;
  config: { showLegend: boolean; style: Style };
  location: Plain<Grafana.FrameGeometrySource>;
  filterData: OfQuery;
  tooltip: boolean;
}
type Map = Omit<Plain<Geomap>, "basemap" | "layers"> & { basemap: Outline; layers: Markers[] };

export interface Panels {
  alertlist: PanelOf<"alertlist", AlertList>;
  annolist: PanelOf<"annolist", Plain<AnnotationList>>;
  bargauge: PanelOf<"bargauge", Plain<BarGauge>>;
  gauge: PanelOf<"gauge", Plain<Gauge>>;
  geomap: PanelOf<"geomap", Map>;
  heatmap: PanelOf<"heatmap", Plain<Heatmap.Options>, Heatmap.FieldConfig>;
  row: Omit<Plain<Grafana.RowPanel>, "panels"> & { panels: Panels[Exclude<keyof Panels, "row">][] };
  stat: PanelOf<"stat", Plain<Stat>>;
  "state-timeline": PanelOf<"state-timeline", Plain<StateTimeline.Options>, StateTimeline.FieldConfig>;
  "status-history": PanelOf<"status-history", Plain<StatusHistory.Options>, StatusHistory.FieldConfig>;
  table: PanelOf<"table", Plain<Table.Options>, Table.FieldConfig>;
  text: PanelOf<"text", Plain<Text>>;
  timeseries: PanelOf<"timeseries", Plain<TimeSeries.Options>, TimeSeries.FieldConfig>;
}

interface VariableOf<Kind> {
  type: Kind;
  name: string;
  label: string;
}
interface Choice {
  text: string | string[];
  value: string | string[];
}
export type Variable =
  | (Omit<VariableOf<"datasource">, "label"> & {
      query: Source["type"];
      hide: Grafana.VariableHide;
      current: Choice;
      includeAll: false;
      multi: false;
      refresh: 1;
      regex: "";
    })
  | (VariableOf<"query"> & {
      datasource: Source;
      query: string;
      definition: string;
      refresh: 1 | 2;
      sort: Grafana.VariableSort;
      regex: "";
      multi: boolean;
      includeAll: boolean;
      allowCustomValue: false;
      current: Choice;
    })
  | (VariableOf<"custom"> & {
      query: string;
      multi: true;
      includeAll: true;
      allowCustomValue: false;
      current: Choice;
      options: (Choice & { selected: boolean })[];
    })
  | (VariableOf<"textbox"> & { query: string; current: Choice; options: [] });

export type Dashboard = Omit<Plain<Grafana.Dashboard>, "annotations" | "panels" | "templating" | "links"> & {
  uid: string;
  title: string;
  timezone: "utc";
  links: Plain<Grafana.DashboardLink>[];
  annotations: {
    list: { name: string; datasource: Source; enable: boolean; hide: boolean; iconColor: string; target: Target }[];
  };
};
