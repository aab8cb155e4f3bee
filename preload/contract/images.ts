import { z } from 'zod'
import { method } from './define.ts'
import { Instant, NodeRef } from './names.ts'
import { WireError } from './wire-error.ts'

/** `siderolabs/iscsi-tools`: an official extension as a schematic names it. */
export const ExtensionName = z
  .string()
  .max(128)
  .regex(/^[a-z0-9][a-z0-9._-]*\/[a-z0-9][a-z0-9._-]*$/)
export type ExtensionName = z.infer<typeof ExtensionName>

/**
 * One argument of the kernel's command line; blanks only inside double quotes. `-console` takes one away. `«secret»`
 * stands for what main keeps to itself and puts back.
 */
export const KernelArgument = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^(?:[!#-~]|«secret»|"[ -!#-~]*")+$/)
export type KernelArgument = z.infer<typeof KernelArgument>

/** A version as a person types it: `1.13.9`, `v1.14.0-rc.1`. */
export const TypedVersion = z.string().trim().min(1).max(64)

/**
 * What the next image should have. What is left out stays as the node has it. Both lists are whole, in order: another
 * order is another schematic.
 */
export const ImageChoice = z.object({
  extensions: z.array(ExtensionName).max(128).optional(),
  kernelArguments: z.array(KernelArgument).max(128).optional(),
  /** An image of the person's own, with tag. `typed` is its repository once more, typed by hand. */
  own: z
    .object({ reference: z.string().trim().min(1).max(512), typed: z.string().trim().max(512) })
    .optional(),
})
export type ImageChoice = z.infer<typeof ImageChoice>

/** When the Image Factory said something, and why it did not say it again. */
export const FactoryWord = z.object({
  url: z.string(),
  /** Absent: it never answered here. */
  askedAt: Instant.optional(),
  failure: WireError.optional(),
})
export type FactoryWord = z.infer<typeof FactoryWord>

/** One extension before and after; versions without `v` stripped, as told. */
export const ExtensionChange = z.object({
  name: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
  /** `missing`: asked for, and not published for the target. `unknown`: nobody could tell. */
  state: z.enum(['kept', 'updated', 'added', 'removed', 'renamed', 'missing', 'lost', 'unknown']),
  description: z.string().optional(),
})
export type ExtensionChange = z.infer<typeof ExtensionChange>

/** A schematic as shown: private parts stand as `(kept, 3 lines)`. */
export const SchematicView = z.object({ id: z.string(), text: z.string().optional() })
export type SchematicView = z.infer<typeof SchematicView>

export const NodeImage = z.object({
  /** `vanilla`: nothing added. `custom`: a schematic. `plain`: Talos' own installer. `own`: a third party's image. */
  kind: z.enum(['vanilla', 'custom', 'plain', 'own', 'unknown']),
  schematicId: z.string().optional(),
  installedFrom: z.string().optional(),
  platform: z.string(),
  arch: z.string(),
  secureBoot: z.boolean().optional(),
  bootLoader: z.enum(['grub', 'systemd-boot']).optional(),
  /** `siderolabs/sbc-raspberrypi rpi_generic` */
  overlay: z.string().optional(),
  extensions: z.array(z.string()),
  kernelArguments: z.array(z.string()),
  /** Arguments of `machine.install` that GRUB nodes take from the config, and that the newer mechanism drops. */
  configArguments: z.array(z.string()),
  /** Why this schematic cannot be changed here, where it cannot. */
  fixed: z.enum(['content-unknown', 'content-unproven', 'own-image', 'unknown-fields']).optional(),
})
export type NodeImage = z.infer<typeof NodeImage>

export const OfferedExtension = z.object({
  name: z.string(),
  version: z.string(),
  author: z.string(),
  description: z.string(),
})
export type OfferedExtension = z.infer<typeof OfferedExtension>

/** What stands behind an image: asked of the registry, or why not. */
export const ImageFinding = z.object({
  state: z.enum(['exists', 'missing', 'not-registered', 'building', 'unknown']),
  /** What was asked and what came back. */
  evidence: z.string(),
  digest: z.string().optional(),
  /** `amd64`, where the registry tells. */
  architectures: z.array(z.string()).optional(),
})
export type ImageFinding = z.infer<typeof ImageFinding>

export const ImagePreview = z.object({
  reference: z.string(),
  before: SchematicView.optional(),
  after: SchematicView.optional(),
  extensions: z.array(ExtensionChange),
  /** `undefined` after: known only after the reboot. */
  kernelArguments: z.object({ before: z.array(z.string()), after: z.array(z.string()) }),
  image: ImageFinding,
  factory: FactoryWord,
})
export type ImagePreview = z.infer<typeof ImagePreview>

export const imagesContract = {
  /** What the node's image is, and which extensions there are for a version. Asks; changes nothing. */
  'images.read': method(
    NodeRef.extend({ version: TypedVersion }),
    z.object({
      image: NodeImage,
      offered: z.array(OfferedExtension),
      factory: FactoryWord,
    }),
  ),
  /**
   * The image that a choice leads to. `register` tells the factory the schematic (one POST) and compares the id;
   * without it nothing is sent.
   */
  'images.preview': method(
    NodeRef.extend({ version: TypedVersion, choice: ImageChoice, register: z.boolean() }),
    ImagePreview,
  ),
} as const
