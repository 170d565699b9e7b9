// SPDX-License-Identifier: Apache-2.0
// client.mjs PROFILE URL: a request for each line on standard input, all
// through one provider, the environment where PROFILE is empty; prints "KEY-ID ARN" for each, or "error: …".
import { createInterface } from "node:readline";
import { STSClient, GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { fromProcess } from "@aws-sdk/credential-provider-process";

const [profile, endpoint] = process.argv.slice(2);
const sts = new STSClient({
  region: "eu-central-1",
  endpoint,
  maxAttempts: 1,
  credentials: profile ? fromProcess({ profile }) : undefined,
});

for await (const _ of createInterface({ input: process.stdin })) {
  try {
    const who = await sts.send(new GetCallerIdentityCommand({}));
    const { accessKeyId } = await sts.config.credentials();
    console.log(`${accessKeyId} ${who.Arn}`);
  } catch (error) {
    console.log(`error: ${error.message.replaceAll("\n", " ")}`);
  }
}
