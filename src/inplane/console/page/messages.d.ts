// Written by tools/make_console_types.py from console/messages.py. Do not edit.


/** First message of a page. */
export interface Hello {
  page: string;
  last_event: number;
}

/** All that the operator's hands do now. */
export interface Hands {
  session: number;
  stamp_ms: number;
  probe: ProbeHand;
  needle: NeedleHand;
  plunger: PlungerHand;
  scanner: ScannerKnobs;
}

/** The page has drawn this delivery; it gives one credit back. */
export interface Drawn {
  delivery: number;
  sequence: number;
}

/** Freeze the picture, or go on. */
export interface Freeze {
  on: boolean;
}

/** Show a frozen frame, counted back from the newest. */
export interface Cine {
  back: number;
}

/** Show or hide the teacher's layer. */
export interface Teach {
  on: boolean;
}

/** Show or hide the 3-D scene of the simulated patient. */
export interface Scene3d {
  on: boolean;
}

/** How much is drawn over the picture; logged. */
export interface Overlay {
  level: "off" | "outline" | "full";
}

/** The one short form before the needle: indication, side, checklist, time-out. */
export interface Form {
  indication: string;
  side: "left" | "right";
  checklist: string[];
  time_out: boolean;
}

/** The injection is done; on to aftercare. */
export interface Finish {
}

/** Aftercare items that were done; on to the result. */
export interface Aftercare {
  done: string[];
}

/** The person has taken note of an alarm. */
export interface Acknowledge {
  condition: string;
}

/** Goes on to the lesson's next step without this one's goal. */
export interface Skip {
}

/** The same patient again: `reset` keeps the form's answers, `retry` begins with the form. */
export interface Again {
  how: "reset" | "retry";
}

/** Another session. */
export interface Choose {
  procedure_id: string;
  side: "left" | "right";
  seed: number;
  level: number;
  lesson: boolean;
}

/** What a page needs to begin or to go on: the session and how hands and knobs stand; no hands at a real source. */
export interface Welcome {
  session: number;
  info: SessionInfo;
  hands: Hands | null;
  frozen: boolean;
  teach: boolean;
  scene3d: boolean;
  overlay: "off" | "outline" | "full";
  step: string;
}

/** A patient is being made; `fraction` from 0 to 1. */
export interface Building {
  text: string;
  fraction: number;
}

/** What belongs to the frame that follows it. */
export interface Tick {
  delivery: number;
  sequence: number;
  time_s: number;
  stamp_ms: number;
  cine_back: number;
  cine_count: number;
  frames_per_s: number;
  cpu_ms: { [name: string]: number };
  scene: Scene;
  advice: Advice;
  signals: Signals;
  vessel_names: string[];
  nerve_names: string[];
  needle: NeedleNow | null;
  teacher: TeacherLayer | null;
  scene3d: Scene3dNow | null;
  arrived_ms: number | null;
  valid: boolean;
  position: number;
}

/** Something that happened; numbered, kept and never dropped. */
export interface Happened {
  number: number;
  kind: "alarm" | "alarm_over" | "acknowledged" | "step" | "plunger" | "lesson" | "problem" | "note" | "source";
  time_s: number;
  name: string;
  priority: "" | "high" | "medium" | "low";
  text: string;
  detail: string;
  action: string;
}

/** The one-page result. */
export interface ResultPage {
  title: string;
  sections: ResultSection[];
  alarms: string[];
  remarks: string[];
  picture: string;
  picture_text: string;
  footer: string;
}

/** How a real source fares: a state of which the newest counts, sent at least five times a second. */
export interface Stream {
  clock_ms: number;
  status: StreamStatus;
  skipped: number;
  slow: boolean;
  ended: boolean;
  problem: string;
  about: SourceAbout;
}

/** How the probe is held; as `core.ProbeControl`, in degrees. */
export interface ProbeHand {
  x_mm: number;
  z_mm: number;
  rotate_deg: number;
  tilt_deg: number;
  rock_deg: number;
  press_n: number;
}

/** How the needle is held against the probe while it is out of the skin; in the skin its puncture stays. */
export interface NeedleHand {
  end: "marker" | "other";
  distance_mm: number;
  offset_mm: number;
  yaw_deg: number;
  steepness_deg: number;
  advance_mm: number;
  bevel_deg: number;
}

/** Totals since the start, as `core.PlungerControl`. */
export interface PlungerHand {
  injected_ml: number;
  aspirations: number;
}

/** The scanner's knobs, as `core.ScannerControl`, in MHz and degrees. */
export interface ScannerKnobs {
  mode: "b" | "color" | "power" | "m" | "pw";
  depth_mm: number;
  frequency_mhz: number;
  gain_db: number;
  dynamic_range_db: number;
  focus_mm: number;
  tgc_db: [number, number, number, number, number, number, number, number];
  color_box_mm: [number, number, number, number];
  color_steer_deg: number;
  prf_hz: number;
  color_gain_db: number;
  harmonic: boolean;
  compound_angles: number;
  needle_steer_deg: number;
  virtual_convex: boolean;
  persistence: number;
  grey_map: "soft" | "standard" | "contrast" | "linear";
  edge_enhancement: number;
  speckle_reduction: number;
  transmit_db: number;
  gate_mm: [number, number];
  gate_length_mm: number;
  gate_angle_deg: number;
}

/** A session as the page presents it. */
export interface SessionInfo {
  source: string;
  kind: "simulated" | "recording" | "live";
  calibration: "calibrated" | "estimated" | "uncalibrated";
  about_source: SourceAbout | null;
  version: string;
  patient: string;
  seed: number | null;
  level: number | null;
  region: string;
  side: "left" | "right" | null;
  procedure_id: string;
  procedure_name: string;
  family: string;
  indication: string;
  about: NamedChoice[];
  procedures: NamedChoice[];
  probe: ProbeInfo | null;
  needle: NeedleInfo | null;
  plan: PlanInfo | null;
  checklist: CheckLine[];
  aftercare: CheckLine[];
  landmarks: Landmark[];
  lesson: LessonPage[];
  lesson_title: string;
}

/** All that was recognised in one frame. */
export interface Scene {
  sequence: number;
  time_s: number;
  calibration: "calibrated" | "estimated" | "uncalibrated";
  contact: number;
  needle: NeedleSeen;
  vessels: VesselSeen[];
  bones: BoneSeen[];
  spread: SpreadSeen;
  cannot_tell: CannotTell[];
  nerves: NerveSeen[];
}

/** What to tell the operator at one frame. */
export interface Advice {
  sequence: number;
  time_s: number;
  path: PathCone | null;
  clearances: Clearance[];
  alarms: Alarm[];
  hints: string[];
  cannot_tell: string[];
  dose: DoseStatus;
}

/** What arrives beside the pixels; None means that no such signal exists, never zero. */
export interface Signals {
  scanner: ScannerControl | null;
  injected_ml: number | null;
  injecting: boolean | null;
  aspirations: number | null;
  aspirated: "nothing" | "blood" | "joint fluid" | "bursal fluid" | "cerebrospinal fluid" | "cyst fluid" | "air" | null;
  pressure_kpa: number | null;
  hub_force_n: number | null;
  hub_forces: [number, number][];
  mechanical_index: number | null;
  thermal_index: number | null;
  timestamp_s: number | null;
  transforms: TrackedTransform[];
  fields: { [name: string]: string };
}

/** Where the needle is held on the skin, for the map: patient mm and degrees. */
export interface NeedleNow {
  inserted: boolean;
  entry_x_mm: number;
  entry_z_mm: number;
  heading_deg: number;
  steepness_deg: number;
  advance_mm: number;
}

/** The truth of one frame, from the model: never shown unless asked for, and marked as what it is. */
export interface TeacherLayer {
  shapes: TeacherShape[];
  needle_mm: [number, number, number][];
  tip_structure: string;
  tip_off_plane_mm: number | null;
  target_mm: [number, number, number] | null;
  spread_mm: [number, number][][];
  notes: string[];
}

/** What moves in the 3-D scene, put back to where its surroundings lie at rest: truth, as the teacher's layer. */
export interface Scene3dNow {
  plane_mm: number[][];
  edge_mm: number[][];
  face_mm: [number, number, number];
  probe_axes: number[][];
  needle_mm: number[][];
  target_mm: number[];
  sector: boolean;
}

/** Lines under a title. */
export interface ResultSection {
  title: string;
  lines: ResultLine[];
}

/** How a source fares. */
export interface StreamStatus {
  connected: boolean;
  age_s: number | null;
  latency_s: number | null;
  received: number;
  dropped: number;
  corrupt: number;
  stale: boolean;
  text: string;
}

/** A real source as the panel "About this source" tells it. */
export interface SourceAbout {
  name: string;
  lines: NamedChoice[];
  notes: string[];
  frames: number | null;
  orientation: string;
  rate_hz: number;
}

/** Something that can be chosen. */
export interface NamedChoice {
  id: string;
  name: string;
}

/** The probe and the limits of its knobs. */
export interface ProbeInfo {
  id: string;
  name: string;
  width_mm: number;
  frequency_min_mhz: number;
  frequency_max_mhz: number;
  depth_min_mm: number;
  depth_max_mm: number;
}

/** The needle. */
export interface NeedleInfo {
  id: string;
  name: string;
  length_mm: number;
}

/** What is in the syringe and how much of it is meant to be given. */
export interface PlanInfo {
  drug: string;
  planned_ml: number;
  test_dose_ml: number;
  aliquot_ml: number;
  syringe_ml: number;
}

/** A line to tick; `source` and `review` as the atlas has them. */
export interface CheckLine {
  id: string;
  text: string;
  source: string;
  review: string;
}

/** A palpable point on the skin. */
export interface Landmark {
  name: string;
  x_mm: number;
  z_mm: number;
}

/** One page of a lesson: what to do, and by which keys. */
export interface LessonPage {
  id: string;
  title: string;
  text: string;
  keys: string;
}

/** The needle as recognised. */
export interface NeedleSeen {
  state: "none" | "tracked" | "shaft only" | "tip predicted" | "lost";
  tip_mm: [number, number] | null;
  entry_mm: [number, number] | null;
  direction: [number, number] | null;
  tip_sd_mm: [number, number];
  angle_sd_rad: number;
  speed_mm_s: number;
  confidence: number;
  unseen_s: number;
}

/** A vessel as recognised: a dark round or oval cross-section. */
export interface VesselSeen {
  track_id: number;
  centre_mm: [number, number];
  semi_axes_mm: [number, number];
  angle_rad: number;
  edge_sd_mm: number;
  has_flow: boolean | null;
  pulsatile: boolean | null;
  confidence: number;
}

/** A bone surface as recognised: a bright line with a shadow behind it. */
export interface BoneSeen {
  points_mm: number[][];
  edge_sd_mm: number;
  confidence: number;
}

/** The injectate as recognised. */
export interface SpreadSeen {
  state: "waiting" | "spread" | "none" | "cannot tell";
  area_mm2: number;
  growth_mm2_s: number;
  centre_mm: [number, number] | null;
  outline_mm: number[][];
  injected_ml: number | null;
  confidence: number;
}

/** Something that the software does not know, and why. */
export interface CannotTell {
  subject: string;
  reason: string;
}

/** A nerve as recognised: what looks like a nerve's cross-section, or several that lie together. Not which one. */
export interface NerveSeen {
  track_id: number;
  outline_mm: number[][];
  centre_mm: [number, number];
  area_mm2: number;
  edge_sd_mm: number;
  confidence: number;
}

/** Where the needle goes if it is pushed on: a cone, because nobody knows exactly. */
export interface PathCone {
  tip_mm: [number, number];
  direction: [number, number];
  length_mm: number;
  radius_at_tip_mm: number;
  half_angle_rad: number;
}

/** Distance from the needle's tip to a recognised structure. */
export interface Clearance {
  kind: "vessel" | "nerve" | "bone";
  structure: string;
  track_id: number | null;
  distance_mm: number;
  sd_mm: number;
  on_path: boolean;
  time_to_contact_s: number | null;
}

/** A condition that a person should know about now. */
export interface Alarm {
  condition: string;
  priority: "high" | "medium" | "low";
  what: string;
  why: string;
  measured: string;
  action: string;
  source: string[];
  since_s: number;
}

/** Local anaesthetic given so far against its limits. */
export interface DoseStatus {
  fraction: number | null;
  given_ml: number | null;
  limit: string;
}

/** The scanner's knobs. A probe model's own limits are checked where the probe is known. */
export interface ScannerControl {
  mode: "b" | "color" | "power" | "m" | "pw";
  depth_mm: number;
  frequency_hz: number;
  gain_db: number;
  dynamic_range_db: number;
  focus_mm: number;
  tgc_db: number[];
  color_box_mm: [number, number, number, number];
  color_steer_rad: number;
  prf_hz: number;
  color_gain_db: number;
  harmonic: boolean;
  compound_angles: number;
  needle_steer_rad: number;
  virtual_convex: boolean;
  persistence: number;
  grey_map: "soft" | "standard" | "contrast" | "linear";
  edge_enhancement: number;
  speckle_reduction: number;
  transmit_db: number;
  gate_mm: [number, number];
  gate_length_mm: number;
  gate_angle_rad: number;
}

/** Where one tracked thing was against another, as a tracker told it. */
export interface TrackedTransform {
  name: string;
  matrix: number[][];
  valid: boolean;
}

/** The true outline of one structure in the imaging plane. */
export interface TeacherShape {
  name: string;
  kind: string;
  points_mm: [number, number][];
}

/** One line of the result: what, how much, and where that comes from. */
export interface ResultLine {
  label: string;
  value: string;
  origin: string;
}

export type FromPage =
  | ({ type: "Hello" } & Hello)
  | ({ type: "Hands" } & Hands)
  | ({ type: "Drawn" } & Drawn)
  | ({ type: "Freeze" } & Freeze)
  | ({ type: "Cine" } & Cine)
  | ({ type: "Teach" } & Teach)
  | ({ type: "Scene3d" } & Scene3d)
  | ({ type: "Overlay" } & Overlay)
  | ({ type: "Form" } & Form)
  | ({ type: "Finish" } & Finish)
  | ({ type: "Aftercare" } & Aftercare)
  | ({ type: "Acknowledge" } & Acknowledge)
  | ({ type: "Skip" } & Skip)
  | ({ type: "Again" } & Again)
  | ({ type: "Choose" } & Choose);

export type ToPage =
  | ({ type: "Welcome" } & Welcome)
  | ({ type: "Building" } & Building)
  | ({ type: "Tick" } & Tick)
  | ({ type: "Happened" } & Happened)
  | ({ type: "ResultPage" } & ResultPage)
  | ({ type: "Stream" } & Stream);
