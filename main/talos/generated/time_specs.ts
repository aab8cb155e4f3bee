import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { StatusSpec as _talos_resource_definitions_time_StatusSpec, StatusSpec__Output as _talos_resource_definitions_time_StatusSpec__Output } from './talos/resource/definitions/time/StatusSpec.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  talos: {
    resource: {
      definitions: {
        time: {
          StatusSpec: MessageTypeDefinition<_talos_resource_definitions_time_StatusSpec, _talos_resource_definitions_time_StatusSpec__Output>
        }
      }
    }
  }
}

