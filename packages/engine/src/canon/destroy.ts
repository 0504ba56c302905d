import type { RuntimeResource } from "../store/runtime-resource.ts";
import { trapFrom } from "./trap-from.ts";

/** The host drops a resource that a guest made: the destructor is called as a lifted function of one `u32` would be. */
export function destroyFromHost({ name, instance, destructor, store }: RuntimeResource, rep: number): void {
  const { activations } = store;
  const above = activations.enter(instance!);
  const id = activations.current;
  try {
    const context = instance!.takeContext();
    (destructor as ((rep: number) => void) | undefined)?.(rep);
    instance!.putContext(context);
  } catch (error) {
    const thrown = trapFrom(error, instance!, `[resource-drop]${name}`, id);
    activations.poison(id, thrown, store.instances);
    activations.endSync(id, above);
    throw thrown;
  }
  activations.leave(instance!, above);
}
