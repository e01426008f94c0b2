/** A dialog. Most are drawn only while they are asked for: when they go, the focus goes back to what opened them. */
import { Modal, type ModalProps } from '@mantine/core'
import { useEffect } from 'react'

export const Dialog = (props: ModalProps) => {
  useFocusBack()
  return <Modal {...props} />
}

const useFocusBack = (): void =>
  useEffect(() => {
    const opener = document.activeElement
    return () => {
      if (document.activeElement === document.body && opener instanceof HTMLElement && opener.isConnected)
        opener.focus({ preventScroll: true })
    }
  }, [])
