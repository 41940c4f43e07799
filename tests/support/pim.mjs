// What PIM's policies say, as a portal would write it.

/** The setting of an approval rule: these persons and groups decide, in one stage. */
export function approvalBy({ users = [], groups = [] } = {}) {
  const primaryApprovers = [
    ...users.map((userId) => ({ "@odata.type": "#microsoft.graph.singleUser", userId })),
    ...groups.map((groupId) => ({ "@odata.type": "#microsoft.graph.groupMembers", groupId })),
  ];
  const stage = {
    approvalStageTimeOutInDays: 1,
    isApproverJustificationRequired: true,
    escalationTimeInMinutes: 0,
    isEscalationEnabled: false,
    primaryApprovers,
    escalationApprovers: [],
  };
  return {
    isApprovalRequired: true,
    isApprovalRequiredForExtension: false,
    isRequestorJustificationRequired: true,
    approvalMode: "SingleStage",
    approvalStages: [stage],
  };
}
