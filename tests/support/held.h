/* What passed between a test in C and the sandbox, held against Microsoft's descriptions. */
#pragma once

/* The sandbox's journal in that folder has nothing that the contract does not have. Where the
   environment names no judge (CURFEW_JUDGE), or there are no descriptions (contract.mjs), nothing
   is held. */
void held_to_contract(const char *folder);
