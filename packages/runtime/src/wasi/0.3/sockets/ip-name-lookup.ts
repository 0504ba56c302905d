import { denied, type IpAddress } from "./denied.ts";

export const ipNameLookup = { resolveAddresses: (_name: string): IpAddress[] => denied() };
