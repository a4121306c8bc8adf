// The little of three.js 0.187.0 that the page uses, so that its types are checked. Written for this page.

export const DoubleSide: number;
export const RGBAFormat: number;
export const LinearFilter: number;
export const SRGBColorSpace: string;

export class Vector2 { constructor(x?: number, y?: number); }
export class Vector3 {
  x: number; y: number; z: number;
  constructor(x?: number, y?: number, z?: number);
  set(x: number, y: number, z: number): this;
  copy(from: Vector3): this;
}
export class Color { constructor(color: string); set(color: string): this; }
export class Matrix4 { makeBasis(x: Vector3, y: Vector3, z: Vector3): this; setPosition(at: Vector3): this; }

export class Object3D {
  position: Vector3; scale: Vector3; up: Vector3;
  visible: boolean; renderOrder: number; name: string;
  matrix: Matrix4; matrixAutoUpdate: boolean;
  children: Object3D[];
  add(...children: Object3D[]): this;
  remove(...children: Object3D[]): this;
  clear(): this;
  rotateX(angle: number): this;
  lookAt(x: number, y: number, z: number): void;
  traverse(callback: (object: Object3D) => void): void;
}
export class Group extends Object3D {}
export class Scene extends Object3D { background: Color | null; }
export class PerspectiveCamera extends Object3D {
  aspect: number; fov: number;
  constructor(fov: number, aspect: number, near: number, far: number);
  updateProjectionMatrix(): void;
}
export class HemisphereLight extends Object3D { constructor(sky: string, ground: string, intensity: number); }
export class DirectionalLight extends Object3D { constructor(color: string, intensity: number); }

export class BufferAttribute {
  needsUpdate: boolean; array: Float32Array | Uint32Array | Uint16Array;
  constructor(array: Float32Array | Uint32Array | Uint16Array, size: number);
}
export class BufferGeometry {
  setAttribute(name: string, attribute: BufferAttribute): this;
  getAttribute(name: string): BufferAttribute;
  setIndex(index: BufferAttribute | number[]): this;
  computeVertexNormals(): void;
  computeBoundingSphere(): void;
  translate(x: number, y: number, z: number): this;
  dispose(): void;
}
export class BoxGeometry extends BufferGeometry { constructor(x: number, y: number, z: number); }
export class SphereGeometry extends BufferGeometry { constructor(radius: number, across: number, down: number); }
export class PlaneGeometry extends BufferGeometry { constructor(x: number, y: number); }
export class EdgesGeometry extends BufferGeometry { constructor(of: BufferGeometry); }
export class Curve {}
export class CatmullRomCurve3 extends Curve { constructor(points: Vector3[]); }
export class LineCurve3 extends Curve { constructor(from: Vector3, to: Vector3); }
export class TubeGeometry extends BufferGeometry { constructor(path: Curve, along: number, radius: number, around: number); }

export interface MaterialOptions {
  color?: string; map?: Texture; transparent?: boolean; opacity?: number; depthWrite?: boolean; depthTest?: boolean;
  side?: number; uniforms?: { [name: string]: { value: unknown } }; vertexShader?: string; fragmentShader?: string;
  sizeAttenuation?: boolean;
}
export class Material { color: Color; dispose(): void; }
export class MeshLambertMaterial extends Material { emissive: Color; constructor(options: MaterialOptions); }
export class MeshBasicMaterial extends Material { constructor(options: MaterialOptions); }
export class LineBasicMaterial extends Material { constructor(options: MaterialOptions); }
export class SpriteMaterial extends Material { constructor(options: MaterialOptions); }
export class ShaderMaterial extends Material {
  uniforms: { [name: string]: { value: unknown } };
  constructor(options: MaterialOptions);
}
export class Mesh extends Object3D {
  geometry: BufferGeometry; material: Material;
  constructor(geometry: BufferGeometry, material: Material);
}
export class Line extends Object3D {
  geometry: BufferGeometry; material: Material;
  constructor(geometry: BufferGeometry, material: Material);
}
export class LineSegments extends Line {}
export class Sprite extends Object3D { constructor(material: SpriteMaterial); }

export class Texture { needsUpdate: boolean; colorSpace: string; minFilter: number; magFilter: number; dispose(): void; }
export class DataTexture extends Texture {
  image: { data: Uint8Array; width: number; height: number };
  constructor(data: Uint8Array, width: number, height: number, format: number);
}
export class CanvasTexture extends Texture { constructor(canvas: HTMLCanvasElement); }

export class Raycaster {
  setFromCamera(at: Vector2, camera: PerspectiveCamera): void;
  intersectObjects(objects: Object3D[], deep: boolean): { object: Object3D; distance: number }[];
}
export class WebGLRenderer {
  constructor(options: { canvas: HTMLCanvasElement; antialias?: boolean; alpha?: boolean; powerPreference?: string; preserveDrawingBuffer?: boolean });
  setPixelRatio(ratio: number): void;
  setSize(width: number, height: number, style: boolean): void;
  render(scene: Scene, camera: PerspectiveCamera): void;
  dispose(): void;
}
