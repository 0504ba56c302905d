import type { Operation } from "./operation.ts";

/** An operation in words, as `tenon log` has it. */
export function describeOperation(operation: Operation): string {
  switch (operation.op) {
    case "add":
      return `add ${operation.name}`;
    case "remove":
      return `remove ${operation.name}`;
    case "rename":
      return `rename ${operation.name} to ${operation.to}`;
    case "wire":
      return `wire ${operation.from} ${operation.import} to ${operation.to}`;
    case "cut":
      return `cut ${operation.from} ${operation.import}`;
    case "unwire":
      return `unwire ${operation.from} ${operation.import}`;
    case "interpose": {
      const { interposer } = operation;
      return `interpose ${typeof interposer === "string" ? interposer : interposer.kind} on ${operation.from} ${operation.import}`;
    }
    case "uninterpose":
      return `take ${operation.interposer} off ${operation.from} ${operation.import}`;
    case "swap":
      return `swap ${operation.name} for ${operation.component}`;
    case "test":
      return `test ${operation.name} by ${operation.test}`;
    case "configure":
      return `configure ${operation.name}`;
    case "group":
      return `group ${operation.parts.join(", ")} into ${operation.name}`;
    case "ungroup":
      return `ungroup ${operation.name}`;
    default:
      return operation satisfies never;
  }
}
