/** The threats of docs/security.md that a guest's use of capabilities is held against, by their numbers there. */
export const THREATS: ReadonlyMap<number, string> = new Map([
  [11, "host memory in amounts that the guest names"],
  [12, "a flood of output, and control characters in logs"],
  [13, "paths that lead out of a directory"],
  [14, "special files"],
  [15, "wider rights by link or rename"],
  [16, "requests and connections to where the guest may not"],
  [17, "headers that smuggle"],
  [20, "names that mean something to JavaScript"],
  [21, "names that become code"],
  [22, "names that become files"],
  [23, "measuring time"],
  [24, "errors that tell of the host"],
  [25, "use after revocation"],
]);
