/** One rule, to read or to change; `new` makes one. */
import { Button } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import type { AccessRule } from '@sallyport/protocol/api'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { usePermissions } from '../../data/permissions.ts'
import { useChange, useRoute } from '../../data/use-route.ts'
import { text } from '../../texts/text.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Page } from '../../ui/page.tsx'
import { ErrorBar, SkeletonRows } from '../../ui/states.tsx'
import { toast } from '../../ui/toast.ts'
import { RULES } from './refreshed.ts'
import { newRule, termsOf } from './rule-draft.ts'
import { RuleFacts } from './rule-facts.tsx'
import { RuleForm } from './rule-form.tsx'

const LIST = '/approvals/rules'

export const RulePage = ({ id }: { readonly id: string }) => {
  const isNew = id === 'new'
  const query = useRoute('getAccessRule', { parameters: { accessRule: id } }, { enabled: !isNew })
  const [, navigate] = useLocation()
  const mayChange = usePermissions().has('rules.write')
  const create = useChange('createAccessRule', RULES)
  const change = useChange('changeAccessRule', RULES)
  const rule = query.data
  const saved = (words: 'rules.made' | 'rules.saved') => (): void => {
    toast(text(words), 'rule')
    navigate(LIST)
  }
  return (
    <Page
      title={isNew ? text('rules.newTitle') : (rule?.name ?? text('rules.title'))}
      scrolling
      banner={query.error ? <ErrorBar error={query.error} onRetry={() => void query.refetch().catch(() => {})} /> : null}
      actions={
        <>
          {rule && mayChange ? <DeleteRule rule={rule} /> : null}
          <Button variant="default" leftSection={<IconArrowLeft size={16} stroke={1.75} />} onClick={() => navigate(LIST)}>
            {text('rules.back')}
          </Button>
        </>
      }
    >
      {query.isPending && !isNew ? <SkeletonRows /> : null}
      {isNew && mayChange ? (
        <RuleForm
          initial={newRule}
          isNew
          busy={create.isPending}
          error={create.error}
          onSave={(body) => create.mutate({ body }, { onSuccess: saved('rules.made') })}
        />
      ) : null}
      {rule && !mayChange ? <RuleFacts rule={rule} /> : null}
      {rule && mayChange ? (
        <RuleForm
          key={rule.changedAt}
          initial={termsOf(rule)}
          busy={change.isPending}
          error={change.error}
          onSave={(body) => change.mutate({ parameters: { accessRule: rule.id }, body }, { onSuccess: saved('rules.saved') })}
        />
      ) : null}
    </Page>
  )
}

const DeleteRule = ({ rule }: { readonly rule: AccessRule }) => {
  const [asking, setAsking] = useState(false)
  const [, navigate] = useLocation()
  const remove = useChange('deleteAccessRule', ['listAccessRules', 'listRequestableCredentials'])
  const confirm = (): void =>
    remove.mutate(
      { parameters: { accessRule: rule.id } },
      {
        onSuccess: () => {
          toast(text('rules.deleted'), 'rule')
          navigate(LIST)
        },
      },
    )
  return (
    <>
      <Button variant="subtle" color="bad" onClick={() => setAsking(true)}>
        {text('rules.delete')}
      </Button>
      <ConfirmDialog
        opened={asking}
        title={text('rules.deleteTitle', { name: rule.name })}
        confirm={text('rules.deleteConfirm')}
        decline={text('common.keep')}
        dangerous
        busy={remove.isPending}
        error={remove.error}
        onConfirm={confirm}
        onClose={() => setAsking(false)}
      >
        <p>{text('rules.deleteText')}</p>
      </ConfirmDialog>
    </>
  )
}
