/** `Store` of definitions.py: all run-time state hangs from one. One per top app and thread. */
export class Store {
  /**
   * How many synchronous entries from JavaScript are on the native stack above the last promising one. While it is not 0
   * nothing may suspend: JSPI can't suspend through a JavaScript frame.
   */
  syncDepth = 0;
}
